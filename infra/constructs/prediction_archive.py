"""Once an hour ArchivePredictions writes the hours of the prediction log that are over as Parquet."""

from aws_cdk import Duration
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from constructs import Construct

from infra.constructs.pipeline_functions import TABLE_STEP, FunctionFactory
from infra.storage_stack import StorageStack

PERIOD = Duration.hours(1)


class PredictionArchive(Construct):
    """One function for all models; an hour that it could not write is written in the next one."""

    def __init__(self, scope: Construct, name: str, storage: StorageStack, factory: FunctionFactory) -> None:
        super().__init__(scope, name)
        archive = factory.make("monitoring", "archive_predictions", TABLE_STEP)
        storage.lake.grant_read_predictions(archive)
        storage.lake.grant_archive_predictions(archive)
        rule = events.Rule(self, "Schedule", schedule=events.Schedule.rate(PERIOD))
        asked = events.RuleTargetInput.from_object({"requested_by": "schedule"})
        rule.add_target(targets.LambdaFunction(archive.function, event=asked))
