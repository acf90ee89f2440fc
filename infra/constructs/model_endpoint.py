"""The scoring function of one model, its first version and its alias.

CloudFormation creates version and alias under fixed logical ids and properties that never change, so that no later
deployment touches them: traffic belongs to the release pipeline. The first version serves no model and answers 503.
"""

from aws_cdk import ArnFormat, RemovalPolicy, Stack
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from infra.config import StageConfig
from infra.constructs.code_staging import function_code
from infra.constructs.feature_store import FeatureStore
from infra.constructs.layers import Layers
from infra.constructs.model_registry import ModelRegistry
from infra.constructs.platform_function import FunctionSize, PlatformFunction
from roost import names
from roost.names import SCORING_LAYER
from roost.settings import ScoringSettings
from roost.spec import Model

FILE = "functions/serving/score_predictions.py"
SIZE = FunctionSize(memory=1024, seconds=10)


class ModelEndpoint(Construct):
    """Scores one model behind the alias ``live``."""

    def __init__(
        self,
        scope: Construct,
        name: str,
        config: StageConfig,
        *,
        model: Model,
        layers: Layers,
        registry: ModelRegistry,
        features: FeatureStore,
    ) -> None:
        super().__init__(scope, name)
        self.model = model.name
        self.function_name = names.scoring_function(config.stage, model.name)
        settings = ScoringSettings(
            stage=config.stage,
            model=model.name,
            packages_bucket=registry.bucket_name,
            online_table=features.table_name,
            latency_objective_ms=str(model.rollout.guardrails.latency_objective_ms),
        )
        self.environment = settings.variables()
        self.scoring = PlatformFunction(
            self,
            "Scoring",
            config,
            function_name=self.function_name,
            handler="functions.serving.score_predictions.handler",
            code=function_code(f"{model.name}_scoring", FILE, [model.name]),
            layers=layers.of(SCORING_LAYER),
            environment=self.environment,
            size=SIZE,
            snap_start=config.snap_start,
        )
        registry.grant_read_packages(self.scoring)
        features.grant_read_online(self.scoring)
        self.alias = self._alias()

    @property
    def arn(self) -> str:
        """The scoring function's ARN, from its name, so that grants depend on nothing."""
        return Stack.of(self).format_arn(
            service="lambda",
            resource="function",
            resource_name=self.function_name,
            arn_format=ArnFormat.COLON_RESOURCE_NAME,
        )

    @property
    def alias_arn(self) -> str:
        """The alias's ARN: what the API calls."""
        return f"{self.arn}:{names.LIVE_ALIAS}"

    def grant_publish(self, function: PlatformFunction) -> None:
        """Freeze code and configuration as a version; watch until it is ready."""
        actions = ["lambda:GetFunction", "lambda:GetFunctionConfiguration"]
        function.allow([*actions, "lambda:PublishVersion", "lambda:UpdateFunctionConfiguration"], [self.arn])
        function.allow(actions, [f"{self.arn}:*"])

    def grant_call_versions(self, function: PlatformFunction) -> None:
        """Call published versions directly."""
        function.allow(["lambda:InvokeFunction"], [f"{self.arn}:*"])

    def grant_see_traffic(self, function: PlatformFunction) -> None:
        """See where the alias points."""
        function.allow(["lambda:GetAlias"], [self.arn])

    def grant_shift_traffic(self, function: PlatformFunction) -> None:
        """Move the alias."""
        function.allow(["lambda:GetAlias", "lambda:UpdateAlias"], [self.arn])

    def _alias(self) -> lambda_.CfnAlias:
        first = lambda_.CfnVersion(
            self, "FirstVersion", function_name=self.function_name, description="answers 503 until a release"
        )
        first.node.add_dependency(self.scoring)
        first.apply_removal_policy(RemovalPolicy.RETAIN)
        return lambda_.CfnAlias(
            self,
            "Live",
            name=names.LIVE_ALIAS,
            function_name=self.function_name,
            function_version=first.attr_version,
            description="owned by the release pipeline",
        )
