"""A deployment that changes a scoring function asks for a release of its new code with the champion's package.

What the function is made of is a parameter; Parameter Store announces its changes ("Notifications based on Parameter
Store events", AWS Systems Manager User Guide; on a best-effort basis). It is updated after the function, so that the
release publishes the new code. A first deployment changes nothing: it creates.
"""

from aws_cdk import Stack
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_ssm as ssm
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from infra.constructs.model_endpoint import ModelEndpoint
from roost.names import TrainingEvent
from roost.release_names import OnConflict, code_parameter

REQUEST = {
    "code": True,
    "requested_by": "deployment",
    "reason": "a deployment changed the scoring function",
    "on_conflict": OnConflict.QUEUE.value,
}


class CodeReleases(Construct):
    """Starts a model's release pipeline when its scoring function's code, layers or configuration changed."""

    def __init__(
        self, scope: Construct, name: str, stage: str, endpoint: ModelEndpoint, machine: sfn.StateMachine
    ) -> None:
        super().__init__(scope, name)
        parameter = code_parameter(stage, endpoint.model)
        made_of = ssm.StringParameter(self, "Code", parameter_name=parameter, string_value=_made_of(endpoint))
        made_of.node.add_dependency(endpoint.scoring)
        pattern = events.EventPattern(
            source=["aws.ssm"],
            detail_type=[TrainingEvent.CHANGED.value],
            detail={"name": [parameter], "operation": ["Update"]},
        )
        asked = events.RuleTargetInput.from_object(REQUEST)
        events.Rule(self, "Changed", event_pattern=pattern).add_target(targets.SfnStateMachine(machine, input=asked))


def _made_of(endpoint: ModelEndpoint) -> str:
    """The properties that a published version freezes, as one text; ARNs of layers name their contents."""
    stack, resource = Stack.of(endpoint), endpoint.scoring.function.node.default_child
    assert isinstance(resource, lambda_.CfnFunction)
    frozen = {
        "code": stack.resolve(resource.code)["s3Key"],  # named by its content
        "layers": resource.layers,
        "environment": endpoint.environment,
        "memory": resource.memory_size,
        "timeout": resource.timeout,
        "runtime": resource.runtime,
        "architectures": resource.architectures,
    }
    return stack.to_json_string(frozen)
