"""What stands behind RecordOutcomes."""

import functools

from roost.adapters.dynamodb_outcomes import DynamoDBOutcomes
from roost.adapters.dynamodb_registry import DynamoDBRegistryStore
from roost.adapters.s3_objects import S3ObjectStore
from roost.adapters.s3_predictions import S3Predictions
from roost.adapters.standard_output import write_line
from roost.adapters.system_clock import SystemClock
from roost.settings import OutcomeSettings
from roost.workflows.recording_outcomes import OutcomeService


@functools.cache
def outcome_service() -> OutcomeService:
    """The service behind the environment's settings."""
    settings = OutcomeSettings.read()
    lake = S3ObjectStore(settings.lake_bucket)
    return OutcomeService(
        registry=DynamoDBRegistryStore(settings.registry_table),
        packages=S3ObjectStore(settings.packages_bucket),
        log=lambda model: S3Predictions(lake, model),
        store=lambda model: DynamoDBOutcomes(settings.outcomes_table, model),
        clock=SystemClock(),
        write_line=write_line,
    )
