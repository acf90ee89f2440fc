"""What stands behind ObservePredictions."""

import dataclasses
import functools
import time
from typing import Any

from roost.adapters.dynamodb_observations import DynamoDBObservations
from roost.adapters.dynamodb_registry import DynamoDBRegistryStore
from roost.adapters.log_delivery import delivered
from roost.adapters.s3_objects import S3ObjectStore
from roost.settings import ObserverSettings
from roost.workflows.observing import PredictionObserver, References


@functools.cache
def prediction_observer() -> PredictionObserver:
    """The observer behind the environment's settings."""
    settings = ObserverSettings.read()
    return PredictionObserver(
        lake=S3ObjectStore(settings.lake_bucket),
        observations=DynamoDBObservations(settings.observations_table),
        references=References(DynamoDBRegistryStore(settings.registry_table), S3ObjectStore(settings.packages_bucket)),
        pause=time.sleep,
    )


def observe(event: dict[str, Any]) -> dict[str, Any]:
    """Take what a delivery of CloudWatch Logs brings; answers how many predictions it had, and how many were new."""
    return dataclasses.asdict(prediction_observer().take(delivered(event)))
