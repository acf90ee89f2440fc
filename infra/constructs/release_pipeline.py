"""The release pipeline of one model: the only road to the alias, and back; and the sweep, which nothing has to drive.

The sweep runs when a release's execution was stopped, timed out or failed, when the model's alarm rings, every hour,
and when somebody asks for it. It finds what has to end, and ends it by the same functions as the pipeline itself.
"""

from typing import Any

from aws_cdk import Duration
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from constructs import Construct

from infra.config import StageConfig
from infra.constructs.release_functions import ReleaseFunctions
from infra.constructs.release_states import ReleaseDefinition
from infra.constructs.state_machine import StateMachine, machine_arn
from infra.constructs.sweep_states import sweep_definition
from roost import names
from roost.names import Approval
from roost.release_names import STATUS_EVENTS, canary_alarm, sweeping_pipeline
from roost.spec import Model

STRANDED_FOR_AT_MOST = Duration.hours(1)


class ReleasePipeline(Construct):
    """Publish, test, shift, judge; on any error, traffic is restored first and the reason recorded second."""

    def __init__(
        self, scope: Construct, name: str, config: StageConfig, model: Model, functions: ReleaseFunctions
    ) -> None:
        super().__init__(scope, name)
        self.pipeline = StateMachine(
            self,
            "Pipeline",
            config,
            machine_name=names.release_pipeline(config.stage, model.name),
            definition=ReleaseDefinition(model.name, rollout_of(model, config), functions.steps).definition(),
            functions=list(vars(functions.steps).values()),
        )
        self.sweep = Sweep(self, "Sweep", config, model, functions)


class Sweep(Construct):
    """Ends releases of one model that nobody drives any more."""

    def __init__(
        self, scope: Construct, name: str, config: StageConfig, model: Model, functions: ReleaseFunctions
    ) -> None:
        super().__init__(scope, name)
        self._releases = machine_arn(self, names.release_pipeline(config.stage, model.name))
        claim, steps = functions.claim_release, functions.steps
        definition = sweep_definition(model.name, self._releases, claim, steps.shift_traffic, steps.record_rollback)
        self._pipeline = StateMachine(
            self,
            "Pipeline",
            config,
            machine_name=sweeping_pipeline(config.stage, model.name),
            definition=definition,
            functions=[claim, steps.shift_traffic, steps.record_rollback],
        )
        alarm = canary_alarm(config.stage, model.name)
        self._on("Stopped", "aws.states", "Step Functions Execution Status Change", self._stopped(), {})
        self._on("Rang", "aws.cloudwatch", "CloudWatch Alarm State Change", _rang(alarm), {"alarm": alarm})
        clock = events.Rule(self, "Hourly", schedule=events.Schedule.rate(STRANDED_FOR_AT_MOST))
        clock.add_target(self._target({}))

    def _stopped(self) -> dict[str, Any]:
        return {"stateMachineArn": [self._releases], "status": list(STATUS_EVENTS)}

    def _on(self, name: str, source: str, kind: str, detail: dict[str, Any], asked: dict[str, str]) -> None:
        pattern = events.EventPattern(source=[source], detail_type=[kind], detail=detail)
        events.Rule(self, name, event_pattern=pattern).add_target(self._target(asked))

    def _target(self, asked: dict[str, str]) -> targets.SfnStateMachine:
        return targets.SfnStateMachine(self._pipeline.machine, input=events.RuleTargetInput.from_object(asked))


def rollout_of(model: Model, config: StageConfig) -> dict[str, Any]:
    """The model's rollout, with the stage's policy where it leaves something open."""
    approval = model.rollout.approval or (Approval.MANUAL if config.asks_approval else Approval.AUTOMATIC)
    return {**model.rollout.model_dump(mode="json"), "approval": approval.value}


def _rang(alarm: str) -> dict[str, Any]:
    return {"alarmName": [alarm], "state": {"value": ["ALARM"]}}
