"""The release pipeline of one model: the only road to the alias, and back."""

from dataclasses import dataclass
from typing import Any

from constructs import Construct

from infra.config import StageConfig
from infra.constructs.pipeline_states import REQUEST, RUN, State, catch_all, catch_explained, failure_states, last, task
from infra.constructs.platform_function import PlatformFunction
from infra.constructs.state_machine import StateMachine
from roost import names
from roost.names import Decision
from roost.spec import Model


@dataclass(frozen=True)
class ReleaseFunctions:
    """The functions of the pipeline's states."""

    plan_release: PlatformFunction
    publish_version: PlatformFunction
    smoke_test: PlatformFunction
    shift_traffic: PlatformFunction
    judge_canary: PlatformFunction
    finish_release: PlatformFunction
    record_rollback: PlatformFunction


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
            definition=_definition(model, functions),
            functions=list(vars(functions).values()),
        )


def _definition(model: Model, functions: ReleaseFunctions) -> State:
    return {
        "Comment": f"Release a version of {model.name}. Input: version, or rollback_to; see docs/runbook.md.",
        "StartAt": "PlanRelease",
        "States": {
            **_preparation(model, functions),
            **_traffic(model, functions),
            **_verdict(model, functions),
            **_rollback(model, functions),
            **failure_states(),
        },
    }


def _payload(model: Model, **more: Any) -> State:
    return {"model": model.name, "release.$": RUN, "plan.$": "$.plan", **more}


PUBLISHED = {"function_version.$": "$.published.function_version"}
RESTORE = catch_all("RestoreTraffic")


def _preparation(model: Model, functions: ReleaseFunctions) -> dict[str, State]:
    asked = {
        "model": model.name,
        "release.$": RUN,
        "request.$": REQUEST,
        "rollout": model.rollout.model_dump(mode="json"),
    }
    plan = task(functions.plan_release.arn, asked, "$.plan", "ServedBefore", catch_explained())
    publish = task(functions.publish_version.arn, _payload(model), "$.published", "SmokeTest", RESTORE)
    smoke = task(functions.smoke_test.arn, _payload(model, **PUBLISHED), "$.tested", "FirstStep", RESTORE)
    return {
        "PlanRelease": plan,
        "ServedBefore": {
            "Type": "Choice",
            "Choices": [{"Variable": "$.plan.function_version", "StringEquals": "", "Next": "PublishVersion"}],
            "Default": "TakePublished",
        },
        "TakePublished": {
            "Type": "Pass",
            "Parameters": {"function_version.$": "$.plan.function_version"},
            "ResultPath": "$.published",
            "Next": "SmokeTest",
        },
        "PublishVersion": publish,
        "SmokeTest": smoke,
        "FirstStep": {
            "Type": "Pass",
            "Result": {"step": 0, "ledger": {}},
            "ResultPath": "$.next",
            "Next": "ShiftTraffic",
        },
    }


def _traffic(model: Model, functions: ReleaseFunctions) -> dict[str, State]:
    shifted = _payload(model, **PUBLISHED, **{"step.$": "$.next.step"})
    return {
        "ShiftTraffic": task(functions.shift_traffic.arn, shifted, "$.traffic", "NeedsVerdict", RESTORE),
        "NeedsVerdict": {
            "Type": "Choice",
            "Choices": [{"Variable": "$.traffic.judge", "BooleanEquals": True, "Next": "FirstLook"}],
            "Default": "FinishRelease",
        },
        "FirstLook": {
            "Type": "Pass",
            "Parameters": {"look": 0, "ledger.$": "$.next.ledger"},
            "ResultPath": "$.verdict",
            "Next": "WaitForEvidence",
        },
        "WaitForEvidence": {"Type": "Wait", "SecondsPath": "$.plan.wait_seconds", "Next": "JudgeCanary"},
    }


def _verdict(model: Model, functions: ReleaseFunctions) -> dict[str, State]:
    looked = _payload(model, **{"traffic.$": "$.traffic", "look.$": "$.verdict.look", "ledger.$": "$.verdict.ledger"})
    finish = task(functions.finish_release.arn, _payload(model), "$.finished", "", RESTORE)
    advance = {"Variable": "$.verdict.decision", "StringEquals": Decision.ADVANCE.value}
    whole = {"Variable": "$.traffic.weight", "NumericEquals": 100}
    hold = {"Variable": "$.verdict.decision", "StringEquals": Decision.HOLD.value, "Next": "WaitForEvidence"}
    return {
        "JudgeCanary": task(functions.judge_canary.arn, looked, "$.verdict", "Verdict", RESTORE),
        "Verdict": {
            "Type": "Choice",
            "Choices": [{"And": [advance, whole], "Next": "FinishRelease"}, {**advance, "Next": "NextStep"}, hold],
            "Default": "RestoreTraffic",
        },
        "NextStep": {
            "Type": "Pass",
            "Parameters": {"step.$": "$.traffic.next_step", "ledger.$": "$.verdict.ledger"},
            "ResultPath": "$.next",
            "Next": "ShiftTraffic",
        },
        "FinishRelease": last(finish),
    }


def _rollback(model: Model, functions: ReleaseFunctions) -> dict[str, State]:
    stubborn = [{"ErrorEquals": ["States.ALL"], "IntervalSeconds": 1, "MaxAttempts": 10, "BackoffRate": 1.5}]
    restore = task(
        functions.shift_traffic.arn, _payload(model, restore=True), "$.restored", "RecordRollback", catch_explained()
    )
    record = task(
        functions.record_rollback.arn,
        _payload(model, **{"state.$": "$"}),
        "$.recorded",
        "ReleaseRolledBack",
        catch_explained(),
    )
    return {
        "RestoreTraffic": {**restore, "Retry": stubborn},
        "RecordRollback": {**record, "Retry": stubborn},
        "ReleaseRolledBack": {"Type": "Fail", "Error": "ReleaseRolledBack", "CausePath": "$.recorded.reason"},
    }
