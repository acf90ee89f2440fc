"""What stands behind a scoring function, made once at init so that a SnapStart snapshot holds a loaded model."""

import functools

from roost.adapters.dynamodb_online import scoring_store
from roost.adapters.fast_json import FastJson
from roost.adapters.onnx_runtime import open_model
from roost.adapters.s3_objects import S3ObjectStore
from roost.adapters.signed_reads import SignedReads
from roost.adapters.snapshot_hooks import after_restore
from roost.adapters.standard_output import write_line
from roost.adapters.system_clock import SystemClock
from roost.domain.prediction_record import RequestMeter
from roost.domain.served_arms import thawed
from roost.settings import ScoringSettings, function_version
from roost.workflows.arms import Arms, load_arms
from roost.workflows.packages import LoadedPackage, load_package
from roost.workflows.serving import PredictionService


@functools.cache
def prediction_service() -> PredictionService:
    """The service behind the environment's settings."""
    settings = ScoringSettings.read()
    arms = _arms(settings)
    online = scoring_store(settings.online_table, SignedReads)
    after_restore(online.renew)
    return PredictionService(
        model=settings.model,
        model_version=int(settings.model_version or 0),
        function_version=function_version(),
        package=arms.packages[0] if arms else _package(settings),
        online=online,
        clock=SystemClock(),
        json=FastJson(),
        write_line=write_line,
        meter=RequestMeter(float(settings.latency_objective_ms)),
        arms=arms,
    )


def _package(settings: ScoringSettings) -> LoadedPackage | None:
    if not settings.package:
        return None
    return load_package(S3ObjectStore(settings.packages_bucket), settings.package, open_model)


def _arms(settings: ScoringSettings) -> Arms | None:
    if not settings.arms:
        return None
    packages = S3ObjectStore(settings.packages_bucket)
    return load_arms(thawed(settings.arms), lambda digest: load_package(packages, digest, open_model))
