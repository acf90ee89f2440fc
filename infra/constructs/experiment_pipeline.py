"""The experiment pipeline of one model: two versions behind one alias, and back; by the functions of a release."""

from dataclasses import dataclass
from typing import Any

from aws_cdk import Duration
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from constructs import Construct

from infra.config import StageConfig
from infra.constructs.pipeline_states import State, catch_all, catch_explained, failure_states, last, retry, task
from infra.constructs.platform_function import PlatformFunction
from infra.constructs.state_machine import StateMachine, machine_arn
from roost import names
from roost.experiment_names import ExperimentAction, experiment_pipeline
from roost.spec import Model

RUN = "$$.Execution.Name"
RETURN = catch_all("ReturnTraffic")
STUBBORN = [{"ErrorEquals": ["States.ALL"], "IntervalSeconds": 1, "MaxAttempts": 10, "BackoffRate": 1.5}]
PUBLISHED = {"function_version.$": "$.published.function_version"}
OBSERVED_EVERY = Duration.hours(1)


@dataclass(frozen=True)
class ExperimentFunctions:
    """The functions of the pipeline's states; three of them are the release pipeline's."""

    plan_experiment: PlatformFunction
    publish_version: PlatformFunction
    smoke_test: PlatformFunction
    shift_traffic: PlatformFunction
    record_experiment: PlatformFunction
    observe_experiment: PlatformFunction


class ExperimentPipeline(Construct):
    """Starts, changes, observes and ends experiments; whatever fails, traffic returns first and is recorded second."""

    def __init__(
        self, scope: Construct, name: str, config: StageConfig, model: Model, functions: ExperimentFunctions
    ) -> None:
        super().__init__(scope, name)
        self._release = machine_arn(self, names.release_pipeline(config.stage, model.name))
        self.pipeline = StateMachine(
            self,
            "Pipeline",
            config,
            machine_name=experiment_pipeline(config.stage, model.name),
            definition=self._definition(model, functions),
            functions=list(vars(functions).values()),
        )
        self.pipeline.allow_start(self._release)
        rule = events.Rule(self, "Schedule", schedule=events.Schedule.rate(OBSERVED_EVERY))
        asked = events.RuleTargetInput.from_object({"action": ExperimentAction.OBSERVE, "requested_by": "schedule"})
        rule.add_target(targets.SfnStateMachine(self.pipeline.machine, input=asked))

    def _definition(self, model: Model, functions: ExperimentFunctions) -> State:
        return {
            "Comment": f"Experiments on {model.name}. Input: action and its fields; see docs/experiments.md.",
            "StartAt": "PlanExperiment",
            "States": {
                **_plan(model, functions),
                **_service(model, functions),
                **_observation(model, functions),
                **_failure(model, functions),
                **_end(model, functions),
                **self._promotion(),
                **failure_states(),
            },
        }

    def _promotion(self) -> dict[str, State]:
        """Hand the winner to an ordinary release; it is free now, and judged like any other."""
        return {
            "Ended": _choice("$.plan.action", {ExperimentAction.PROMOTE: "StartRelease"}, "Done"),
            "StartRelease": {
                "Type": "Task",
                "Resource": "arn:aws:states:::states:startExecution",
                "Parameters": {
                    "StateMachineArn": self._release,
                    "Name.$": f"States.Format('promote-{{}}', {RUN})",
                    "Input": {
                        "version.$": "$.plan.challenger",
                        "requested_by.$": "$.plan.requested_by",
                        "reason.$": "States.Format('won {}: {}', $.plan.experiment, $.plan.reason)",
                    },
                },
                "ResultSelector": {"execution.$": "$.ExecutionArn"},
                "ResultPath": "$.release",
                "Retry": retry(),
                "Catch": catch_explained(),
                "End": True,
            },
        }


def _payload(model: Model, **more: Any) -> State:
    return {"model": model.name, "experiment.$": "$.plan.experiment", "plan.$": "$.plan", **more}


def _choice(variable: str, places: dict[ExperimentAction, str], otherwise: str) -> State:
    choices = [{"Variable": variable, "StringEquals": value.value, "Next": place} for value, place in places.items()]
    return {"Type": "Choice", "Choices": choices, "Default": otherwise}


def _plan(model: Model, functions: ExperimentFunctions) -> dict[str, State]:
    asked = {"model": model.name, "experiment.$": RUN, "request.$": "$$.Execution.Input"}
    places = {
        ExperimentAction.START: "PublishVersion",
        ExperimentAction.RESHARE: "PublishVersion",
        ExperimentAction.OBSERVE: "ObserveExperiment",
        ExperimentAction.REST: "Done",
    }
    return {
        "PlanExperiment": task(functions.plan_experiment.arn, asked, "$.plan", "Action", catch_explained()),
        "Action": _choice("$.plan.action", places, "EndTraffic"),
        "Done": {"Type": "Succeed"},
    }


def _service(model: Model, functions: ExperimentFunctions) -> dict[str, State]:
    with_version = _payload(model, **PUBLISHED)
    recorded = task(functions.record_experiment.arn, with_version, "$.recorded", "", RETURN)
    return {
        "PublishVersion": task(functions.publish_version.arn, _payload(model), "$.published", "SmokeTest", RETURN),
        "SmokeTest": task(functions.smoke_test.arn, with_version, "$.tested", "ShiftTraffic", RETURN),
        "ShiftTraffic": task(
            functions.shift_traffic.arn, {**with_version, "step": 0}, "$.traffic", "RecordExperiment", RETURN
        ),
        "RecordExperiment": last(recorded),
    }


def _observation(model: Model, functions: ExperimentFunctions) -> dict[str, State]:
    """Look, and where the experiment's policy asks for other shares, plan and publish these."""
    moves = {"Variable": "$.observed.rebalance", "BooleanEquals": True, "Next": "PlanShares"}
    request = {
        "action": ExperimentAction.RESHARE.value,
        "share.$": "$.observed.share",
        "requested_by": "experiment policy",
    }
    asked = {"model": model.name, "experiment.$": RUN, "request": request}
    return {
        "ObserveExperiment": task(
            functions.observe_experiment.arn, _payload(model), "$.observed", "Observed", catch_explained()
        ),
        "Observed": {"Type": "Choice", "Choices": [moves], "Default": "Done"},
        "PlanShares": task(functions.plan_experiment.arn, asked, "$.plan", "PublishVersion", catch_explained()),
    }


def _failure(model: Model, functions: ExperimentFunctions) -> dict[str, State]:
    back = _payload(model, **{"return": True, "state.$": "$"})
    failed = _payload(model, **{"failure.$": "$.failure"})
    returned = task(functions.shift_traffic.arn, back, "$.returned", "RecordFailure", catch_explained())
    recorded = task(functions.record_experiment.arn, failed, "$.recorded", "ExperimentFailed", catch_explained())
    return {
        "ReturnTraffic": {**returned, "Retry": STUBBORN},
        "RecordFailure": {**recorded, "Retry": STUBBORN},
        "ExperimentFailed": {"Type": "Fail", "Error": "ExperimentFailed", "CausePath": "$.recorded.reason"},
    }


def _end(model: Model, functions: ExperimentFunctions) -> dict[str, State]:
    back = _payload(model, **{"return": True, "state.$": "$"})
    returned = task(functions.shift_traffic.arn, back, "$.returned", "RecordEnd", catch_explained())
    recorded = task(functions.record_experiment.arn, _payload(model), "$.recorded", "Ended", catch_explained())
    return {"EndTraffic": {**returned, "Retry": STUBBORN}, "RecordEnd": {**recorded, "Retry": STUBBORN}}
