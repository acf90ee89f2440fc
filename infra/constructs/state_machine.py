"""A Standard state machine with a role that may call exactly the functions of its states."""

from collections.abc import Sequence
from typing import Any

from aws_cdk import ArnFormat, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_logs as logs
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from infra.config import StageConfig
from infra.constructs.acknowledgement import acknowledge
from infra.constructs.platform_function import PlatformFunction

DELIVERY_REASON = (
    "Log delivery and X-Ray have no resources to name (Step Functions Developer Guide, "
    '"Using CloudWatch Logs to log execution history").'
)
LOG_DELIVERY = [
    "logs:CreateLogDelivery",
    "logs:DeleteLogDelivery",
    "logs:DescribeLogGroups",
    "logs:DescribeResourcePolicies",
    "logs:GetLogDelivery",
    "logs:ListLogDeliveries",
    "logs:PutResourcePolicy",
    "logs:UpdateLogDelivery",
]
TRACING = ["xray:GetSamplingRules", "xray:GetSamplingTargets", "xray:PutTelemetryRecords", "xray:PutTraceSegments"]


class StateMachine(Construct):
    """One pipeline; ``definition`` is Amazon States Language as plain data."""

    def __init__(
        self,
        scope: Construct,
        name: str,
        config: StageConfig,
        *,
        machine_name: str,
        definition: dict[str, Any],
        functions: Sequence[PlatformFunction],
    ) -> None:
        super().__init__(scope, name)
        self.role = iam.Role(self, "Role", assumed_by=iam.ServicePrincipal("states.amazonaws.com"))
        self._allow(["lambda:InvokeFunction"], [function.arn for function in functions])
        self._allow([*LOG_DELIVERY, *TRACING], ["*"])
        self.machine = sfn.StateMachine(
            self,
            "Machine",
            state_machine_name=machine_name,
            definition_body=sfn.DefinitionBody.from_string(Stack.of(self).to_json_string(definition)),
            role=self.role,
            tracing_enabled=True,
            logs=sfn.LogOptions(destination=self._log(machine_name, config), level=sfn.LogLevel.ALL),
        )
        acknowledge(self.role, "IAM5[Resource::*]", DELIVERY_REASON)

    def allow_start(self, machine_arn: str) -> None:
        """Let this pipeline start another one."""
        self._allow(["states:StartExecution"], [machine_arn])

    def _allow(self, actions: Sequence[str], resources: Sequence[str]) -> None:
        self.role.add_to_policy(iam.PolicyStatement(actions=list(actions), resources=list(resources)))

    def _log(self, machine_name: str, config: StageConfig) -> logs.LogGroup:
        return logs.LogGroup(
            self,
            "Log",
            log_group_name=f"/aws/vendedlogs/states/{machine_name}",
            retention=logs.RetentionDays.ONE_WEEK if config.throwaway else logs.RetentionDays.THREE_MONTHS,
            removal_policy=config.removal,
        )


def machine_arn(scope: Construct, machine_name: str) -> str:
    """The ARN of a state machine of this account and region, by name."""
    return Stack.of(scope).format_arn(
        service="states", resource="stateMachine", resource_name=machine_name, arn_format=ArnFormat.COLON_RESOURCE_NAME
    )
