"""What stands behind the scoring of shadows."""

import functools

from roost.adapters.s3_objects import S3ObjectStore
from roost.adapters.s3_predictions import S3Predictions
from roost.adapters.system_clock import SystemClock
from roost.settings import PipelineSettings
from roost.wiring import open_model
from roost.workflows.packages import LoadedPackage, load_package
from roost.workflows.shadow_scoring import ShadowScorer


def shadow_scorer(model: str) -> ShadowScorer:
    """The scorer of a model's shadows, behind the environment's settings."""
    lake = S3ObjectStore(PipelineSettings.read().lake_bucket)
    return ShadowScorer(model, S3Predictions(lake, model), lake, _loaded, SystemClock())


@functools.lru_cache(maxsize=4)
def _loaded(digest: str) -> LoadedPackage:
    return load_package(S3ObjectStore(PipelineSettings.read().packages_bucket), digest, open_model)
