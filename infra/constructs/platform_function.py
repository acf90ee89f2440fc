"""A Lambda function with a role of its own that may do nothing but write its own log."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from aws_cdk import Duration, Size
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from constructs import Construct

from infra.config import StageConfig
from infra.constructs.acknowledgement import acknowledge, acknowledge_wildcard

RUNTIME_REASON = "The runtime follows the interpreter that deploys, or the context value python_version."
WILDCARD_REASON = "Objects under one prefix, numbered versions, or an action that has no resources to name."


@dataclass(frozen=True)
class FunctionSize:
    """Memory and temporary storage in MB, time in seconds."""

    memory: int = 256
    seconds: int = 60
    storage: int = 512


class PlatformFunction(Construct):
    """One function, its role and its log group."""

    def __init__(
        self,
        scope: Construct,
        name: str,
        config: StageConfig,
        *,
        function_name: str,
        handler: str,
        code: lambda_.Code,
        layers: Sequence[lambda_.ILayerVersion],
        environment: Mapping[str, str],
        size: FunctionSize,
        snap_start: bool = False,
    ) -> None:
        super().__init__(scope, name)
        self.seconds = size.seconds
        self.log_group = _log_group(self, function_name, config)
        principal = iam.ServicePrincipal("lambda.amazonaws.com")
        self.role = iam.Role(self, "Role", assumed_by=principal, description=f"What {function_name} may do")
        self.function = lambda_.Function(
            self,
            "Function",
            function_name=function_name,
            runtime=config.runtime,
            architecture=config.lambda_architecture,
            handler=handler,
            code=code,
            layers=list(layers),
            environment=dict(environment),
            role=self.role,
            log_group=self.log_group,
            memory_size=size.memory,
            timeout=Duration.seconds(size.seconds),
            ephemeral_storage_size=Size.mebibytes(size.storage),
            snap_start=lambda_.SnapStartConf.ON_PUBLISHED_VERSIONS if snap_start else None,
        )
        self.allow(["logs:CreateLogStream", "logs:PutLogEvents"], [f"{self.log_group.log_group_arn}"])
        acknowledge(self, "L1", RUNTIME_REASON)

    @property
    def arn(self) -> str:
        """The function's ARN."""
        return self.function.function_arn

    def allow(
        self, actions: Sequence[str], resources: Sequence[str], conditions: Mapping[str, Any] | None = None
    ) -> None:
        """Let the function do exactly these actions on exactly these resources."""
        statement = iam.PolicyStatement(
            actions=list(actions), resources=list(resources), conditions=dict(conditions) if conditions else None
        )
        self.role.add_to_policy(statement)
        for resource in resources:
            acknowledge_wildcard(self, resource, WILDCARD_REASON)


def _log_group(scope: Construct, function_name: str, config: StageConfig) -> logs.LogGroup:
    return logs.LogGroup(
        scope,
        "Log",
        log_group_name=f"/aws/lambda/{function_name}",
        retention=logs.RetentionDays.ONE_WEEK if config.throwaway else logs.RetentionDays.THREE_MONTHS,
        removal_policy=config.removal,
    )
