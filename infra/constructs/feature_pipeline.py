"""Upkeep of features: a state machine of one state, started by a person or by the clock."""

from typing import Any

from aws_cdk import Duration
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from constructs import Construct

from infra.config import StageConfig
from infra.constructs.pipeline_states import RUN, catch_explained, failure_states, last, task
from infra.constructs.platform_function import PlatformFunction
from infra.constructs.state_machine import StateMachine


class FeaturePipeline(Construct):
    """Calls one function with ``payload`` and its own name. Input: ``requested_by``, which is kept with the run."""

    def __init__(
        self,
        scope: Construct,
        name: str,
        config: StageConfig,
        *,
        machine_name: str,
        comment: str,
        state: str,
        function: PlatformFunction,
        payload: dict[str, Any],
    ) -> None:
        super().__init__(scope, name)
        parameters = {**payload, "run.$": RUN}
        definition = {
            "Comment": comment,
            "StartAt": state,
            "States": {
                state: last(task(function.arn, parameters, "$.answer", "", catch_explained())),
                **failure_states(),
            },
        }
        self.pipeline = StateMachine(
            self, "Pipeline", config, machine_name=machine_name, definition=definition, functions=[function]
        )

    def start_every(self, period: Duration) -> None:
        """Start it by the clock too."""
        asked = events.RuleTargetInput.from_object({"requested_by": "schedule"})
        rule = events.Rule(self, "Schedule", schedule=events.Schedule.rate(period))
        rule.add_target(targets.SfnStateMachine(self.pipeline.machine, input=asked))
