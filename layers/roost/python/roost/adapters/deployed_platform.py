"""A deployed stage as the command line sees it."""

from functools import cached_property

from botocore.exceptions import ClientError

from roost import names
from roost.adapters.aws_session import caller, client
from roost.adapters.dynamodb_registry import DynamoDBRegistryStore
from roost.adapters.pipeline_runs import PipelineRuns
from roost.adapters.s3_objects import S3ObjectStore
from roost.domain.api_address import api_address
from roost.errors import NotDeployed
from roost.names import Output
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
        try:
            found = client("cloudformation").describe_stacks(StackName=stack)["Stacks"][0]
        except ClientError as error:
            if error.response["Error"]["Code"] == "ValidationError":
                raise NotDeployed(f"stack {stack} does not exist here; deploy first with: roost deploy") from error
            raise
        return {output["OutputKey"]: output["OutputValue"] for output in found.get("Outputs", [])}

    @property
    def registry(self) -> DynamoDBRegistryStore:
        """The registry's records."""
        return DynamoDBRegistryStore(self.outputs[Output.REGISTRY_TABLE])

    @property
    def lake(self) -> S3ObjectStore:
        """The lake bucket."""
        return S3ObjectStore(self.outputs[Output.LAKE_BUCKET])

    @property
    def packages(self) -> S3ObjectStore:
        """The packages bucket."""
        return S3ObjectStore(self.outputs[Output.PACKAGES_BUCKET])

    def training(self, model: str) -> PipelineRuns:
        """Runs of a model's training pipeline."""
        return PipelineRuns(names.training_pipeline(self.stage, model), *caller())

    def releases(self, model: str) -> PipelineRuns:
        """Runs of a model's release pipeline."""
        return PipelineRuns(names.release_pipeline(self.stage, model), *caller())

    def predictions_url(self, model: str) -> str:
        """Where transactions of a model are scored."""
        return f"{api_address(self.outputs[Output.API_URL], endpoint_url())}/models/{model}/predictions"
