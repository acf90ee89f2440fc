"""What stands behind the scoring of shadows."""

import functools

from roost.adapters.cloudwatch_records import CloudWatchRecords
from roost.adapters.s3_objects import S3ObjectStore
from roost.adapters.system_clock import SystemClock
from roost.names import scoring_function
from roost.settings import PipelineSettings
from roost.wiring import open_model
from roost.workflows.packages import LoadedPackage, load_package
from roost.workflows.shadow_scoring import ShadowScorer


def shadow_scorer(model: str) -> ShadowScorer:
    """The scorer of a model's shadows, behind the environment's settings."""
    settings = PipelineSettings.read()
    records = CloudWatchRecords(scoring_function(settings.stage, model))
    return ShadowScorer(model, records, S3ObjectStore(settings.lake_bucket), _loaded, SystemClock())


@functools.lru_cache(maxsize=4)
def _loaded(digest: str) -> LoadedPackage:
    return load_package(S3ObjectStore(PipelineSettings.read().packages_bucket), digest, open_model)
