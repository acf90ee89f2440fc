"""A deployed stage as the command line sees it."""

from functools import cached_property

from roost import names
from roost.adapters.aws_session import caller, client, identity
from roost.adapters.cloudformation_outputs import stack_outputs
from roost.adapters.cloudwatch_stream_lags import CloudWatchStreamLags
from roost.adapters.dynamodb_online import DynamoDBOnlineStore
from roost.adapters.dynamodb_outcomes import DynamoDBOutcomes
from roost.adapters.dynamodb_registry import DynamoDBRegistryStore
from roost.adapters.observer_redelivery import Redelivery
from roost.adapters.pipeline_runs import PipelineRuns
from roost.adapters.s3_objects import S3ObjectStore
from roost.adapters.sqs_training import SqsTrainingQueue
from roost.adapters.step_functions import StepFunctionsPipeline
from roost.adapters.step_functions_releases import StepFunctionsReleases
from roost.domain.api_address import api_address
from roost.errors import NotDeployed
from roost.experiment_names import experiment_pipeline
from roost.monitoring_names import OUTCOMES, MonitoringOutput
from roost.names import Output
from roost.release_names import sweeping_pipeline
from roost.settings import endpoint_url


class DeployedPlatform:
    """One stage of the account that the environment points to."""

    def __init__(self, stage: str) -> None:
        self.stage = stage

    @cached_property
    def outputs(self) -> dict[str, str]:
        """Outputs of the platform stack.

        Raises:
            NotDeployed: there is no such stack.
        """
        stack = names.stack(self.stage, "platform")
        found = stack_outputs(stack)
        if found is None:
            raise NotDeployed(f"stack {stack} does not exist here; deploy first with: roost deploy")
        return found

    def output(self, name: Output | MonitoringOutput) -> str:
        """One output of the platform stack.

        Raises:
            NotDeployed: there is no such stack, or its deployment did not get that far.
        """
        if name not in self.outputs:
            raise NotDeployed(f"stage {self.stage} is deployed in part, without {name}; deploy again: roost deploy")
        return self.outputs[name]

    @property
    def registry(self) -> DynamoDBRegistryStore:
        """The registry's records."""
        return DynamoDBRegistryStore(self.output(Output.REGISTRY_TABLE))

    @property
    def lake(self) -> S3ObjectStore:
        """The lake bucket."""
        return S3ObjectStore(self.output(Output.LAKE_BUCKET))

    @property
    def online(self) -> DynamoDBOnlineStore:
        """The online features."""
        return DynamoDBOnlineStore(self.output(Output.ONLINE_TABLE))

    @property
    def packages(self) -> S3ObjectStore:
        """The packages bucket."""
        return S3ObjectStore(self.output(Output.PACKAGES_BUCKET))

    @property
    def audit(self) -> S3ObjectStore:
        """The copy of the registry's audit log."""
        return S3ObjectStore(self.output(Output.AUDIT_BUCKET))

    @property
    def identity(self) -> str:
        """Who acts on the stage: the ARN of the caller's credentials."""
        return identity()

    @property
    def stream_lags(self) -> CloudWatchStreamLags:
        """How far the stage's stream consumers are behind."""
        return CloudWatchStreamLags()

    def training(self, model: str) -> PipelineRuns:
        """Runs of a model's training pipeline."""
        return self._runs(names.training_pipeline(self.stage, model))

    def door(self, model: str) -> tuple[StepFunctionsPipeline, SqsTrainingQueue]:
        """Where a training run is asked for: the pipeline, and the queue of those that wait for their turn."""
        queue = SqsTrainingQueue(names.training_queue(self.stage, model))
        return StepFunctionsPipeline(self.training(model).arn), queue

    def reproductions(self, model: str) -> PipelineRuns:
        """Runs that train versions of a model again from their lineage."""
        return self._runs(names.reproduction_pipeline(self.stage, model))

    def releases(self, model: str) -> PipelineRuns:
        """Runs of a model's release pipeline."""
        return self._runs(names.release_pipeline(self.stage, model))

    def experiment_runs(self, model: str) -> PipelineRuns:
        """Runs of a model's experiment pipeline."""
        return self._runs(experiment_pipeline(self.stage, model))

    def release_runs(self, model: str) -> StepFunctionsReleases:
        """The same runs, for those who decide about them."""
        return StepFunctionsReleases(self.releases(model).arn, client("stepfunctions"))

    def sweeps(self, model: str) -> PipelineRuns:
        """Runs that end a model's releases which nobody drives."""
        return self._runs(sweeping_pipeline(self.stage, model))

    def backfills(self, model: str) -> PipelineRuns:
        """Runs that rebuild a model's online features."""
        return self._runs(names.backfill_pipeline(self.stage, model))

    def compactions(self, source: str) -> PipelineRuns:
        """Runs that compact the log of a source's stream."""
        return self._runs(names.compaction_pipeline(self.stage, source))

    def audits(self, model: str) -> PipelineRuns:
        """Runs that audit the features of a model's predictions."""
        return self._runs(names.audit_pipeline(self.stage, model))

    def _runs(self, machine: str) -> PipelineRuns:
        self.output(Output.API_URL)  # an emulator would list no runs where there is no such machine
        return PipelineRuns(machine, *caller())

    @property
    def redelivery(self) -> Redelivery:
        """What the observer of predictions could not take."""
        return Redelivery(self.stage, self.output(MonitoringOutput.UNOBSERVED_QUEUE))

    def outcomes(self, model: str) -> DynamoDBOutcomes:
        """What turned out of a model's predictions."""
        self.output(Output.API_URL)
        return DynamoDBOutcomes(names.table(self.stage, OUTCOMES), model)

    def outcomes_url(self, model: str) -> str:
        """Where outcomes of a model's predictions are reported."""
        return self.predictions_url(model).removesuffix("predictions") + "outcomes"

    def predictions_url(self, model: str) -> str:
        """Where transactions of a model are scored."""
        return f"{api_address(self.output(Output.API_URL), endpoint_url())}/models/{model}/predictions"
