"""The states of a release, as plain data: publish, test, ask, shift, judge; on any error traffic is restored.

Traffic is restored first and the reason recorded second, so that a registry which cannot be reached keeps nobody from
the way back. Only after FinishRelease failed is the registry asked first: it may have recorded the end.
"""

from dataclasses import dataclass
from typing import Any, Protocol

from infra.constructs.pipeline_states import REQUEST, RUN, State, catch_all, catch_explained, failure_states, task
from roost.names import Decision
from roost.release_names import PlanState

LONGEST_DAYS = 7
TURN_SECONDS = 30
PAUSE_SECONDS = 60  # between looks while paused
SPARE_SECONDS = 30  # beyond a function's own time-out
PUBLISHED = {"function_version.$": "$.published.function_version"}
RESTORE = catch_all("RestoreTraffic")
AT_FIRST = {"decision": Decision.ADVANCE.value, "look": 0, "ledger": {}}
STUBBORN = [{"ErrorEquals": ["States.ALL"], "IntervalSeconds": 1, "MaxAttempts": 10, "BackoffRate": 1.5}]


class Step(Protocol):
    """A function of a state: its ARN, and its own time-out."""

    @property
    def arn(self) -> str:
        """The function's ARN."""
        ...

    @property
    def seconds(self) -> int:
        """Its time-out."""
        ...


@dataclass(frozen=True)
class ReleaseSteps:
    """The functions behind the states; ``Any`` stands for ``Step``, so that constructs and stand-ins fit."""

    plan_release: Any
    publish_version: Any
    smoke_test: Any
    ask_approval: Any
    read_orders: Any
    shift_traffic: Any
    judge_canary: Any
    finish_release: Any
    settle_release: Any
    record_rollback: Any


@dataclass(frozen=True)
class ReleaseDefinition:
    """What the states of one model's release depend on; ``rollout`` is the model's, with the stage's policy."""

    model: str
    rollout: dict[str, Any]
    steps: ReleaseSteps

    def definition(self) -> State:
        """The state machine."""
        return {
            "Comment": f"Release a version of {self.model}. Input: version, rollback_to or code; see docs/releases.md.",
            "StartAt": "PlanRelease",
            "TimeoutSeconds": LONGEST_DAYS * 86_400,
            "States": {
                **self._planning(),
                **self._preparation(),
                **self._approval(),
                **self._orders(),
                **self._traffic(),
                **self._finish(),
                **self._rollback(),
                **failure_states(),
            },
        }

    def _payload(self, **more: Any) -> State:
        return {"model": self.model, "release.$": RUN, "plan.$": "$.plan", **more}

    def _planning(self) -> dict[str, State]:
        asked = {
            "model": self.model,
            "release.$": RUN,
            "request.$": REQUEST,
            "rollout": self.rollout,
        }
        queued = {"Variable": "$.plan.state", "StringEquals": PlanState.QUEUED.value, "Next": "WaitForTurn"}
        nothing = {"Variable": "$.plan.state", "StringEquals": PlanState.NOTHING.value, "Next": "NothingToRelease"}
        unpublished = {"Variable": "$.plan.function_version", "StringEquals": "", "Next": "PublishVersion"}
        return {
            "PlanRelease": timed(self.steps.plan_release, asked, "$.plan", "ServedBefore", catch_explained()),
            "ServedBefore": {"Type": "Choice", "Choices": [queued, nothing, unpublished], "Default": "TakePublished"},
            "WaitForTurn": {"Type": "Wait", "Seconds": TURN_SECONDS, "Next": "PlanRelease"},
            "NothingToRelease": {"Type": "Succeed"},
            "TakePublished": {
                "Type": "Pass",
                "Parameters": {"function_version.$": "$.plan.function_version"},
                "ResultPath": "$.published",
                "Next": "SmokeTest",
            },
        }

    def _preparation(self) -> dict[str, State]:
        steps, smoke = self.steps, self._payload(**PUBLISHED)
        return {
            "PublishVersion": timed(steps.publish_version, self._payload(), "$.published", "SmokeTest", UNPUBLISHED),
            "Unpublished": note({"function_version": ""}, "$.published", "RestoreTraffic"),
            "SmokeTest": timed(steps.smoke_test, smoke, "$.tested", "NeedsApproval", RESTORE),
        }

    def _approval(self) -> dict[str, State]:
        seconds = self.rollout["approval_hours"] * 3600
        asked = {"model": self.model, "release.$": RUN, "token.$": "$$.Task.Token", "seconds": seconds}
        waiting = task(
            "arn:aws:states:::lambda:invoke.waitForTaskToken",
            {"FunctionName": self.steps.ask_approval.arn, "Payload": asked},
            "$.approval",
            "FirstStep",
            [{"ErrorEquals": ["States.Timeout"], "ResultPath": "$.failure", "Next": "ApprovalExpired"}, *RESTORE],
        )
        expired = {"Error": "ApprovalExpired", "Cause": f"nobody decided within {self.rollout['approval_hours']} hours"}
        return {
            "NeedsApproval": {
                "Type": "Choice",
                "Choices": [{"Variable": "$.plan.approval", "BooleanEquals": True, "Next": "WaitForApproval"}],
                "Default": "FirstStep",
            },
            "WaitForApproval": {**waiting, "TimeoutSeconds": seconds},
            "ApprovalExpired": note(expired, "$.failure", "RestoreTraffic"),
        }

    def _orders(self) -> dict[str, State]:
        """Before the first shift and after each look: what people ordered comes before what the judge advises."""
        read = timed(self.steps.read_orders, {"model": self.model, "release.$": RUN}, "$.orders", "Ordered", RESTORE)
        paused = {"Variable": "$.orders.paused", "BooleanEquals": True}
        advance = {"Variable": "$.verdict.decision", "StringEquals": Decision.ADVANCE.value}
        untouched = {"Variable": "$.traffic.weight", "NumericEquals": 0}
        whole = {"Variable": "$.traffic.weight", "NumericEquals": 100}
        return {
            "FirstStep": note({"weight": 0, "next_step": 0}, "$.traffic", "FirstVerdict"),
            "FirstVerdict": note(AT_FIRST, "$.verdict", "ReadOrders"),
            "ReadOrders": read,
            "Ordered": {
                "Type": "Choice",
                "Choices": [
                    {"Variable": "$.orders.ended", "BooleanEquals": True, "Next": "RestoreTraffic"},
                    {"And": [paused, untouched], "Next": "WaitUntouched"},
                    {**paused, "Next": "PausedLook"},
                    {"And": [advance, whole], "Next": "FinishRelease"},
                    {**advance, "Next": "NextStep"},
                ],
                "Default": "WaitForEvidence",
            },
            "WaitUntouched": {"Type": "Wait", "Seconds": PAUSE_SECONDS, "Next": "ReadOrders"},
            "PausedLook": _look("$.verdict.ledger", "WaitPaused"),
            "WaitPaused": {"Type": "Wait", "Seconds": PAUSE_SECONDS, "Next": "JudgeCanary"},
        }

    def _traffic(self) -> dict[str, State]:
        shifted = self._payload(**PUBLISHED, **{"step.$": "$.next.step"})
        seen = {"look.$": "$.verdict.look", "ledger.$": "$.verdict.ledger"}
        looked = self._payload(**{"traffic.$": "$.traffic", **seen})
        goes_on = [
            {"Variable": "$.verdict.decision", "StringEquals": decision.value, "Next": "ReadOrders"}
            for decision in (Decision.ADVANCE, Decision.HOLD)
        ]
        return {
            "NextStep": {
                "Type": "Pass",
                "Parameters": {"step.$": "$.traffic.next_step", "ledger.$": "$.verdict.ledger"},
                "ResultPath": "$.next",
                "Next": "ShiftTraffic",
            },
            "ShiftTraffic": timed(self.steps.shift_traffic, shifted, "$.traffic", "NeedsVerdict", RESTORE),
            "NeedsVerdict": {
                "Type": "Choice",
                "Choices": [{"Variable": "$.traffic.judge", "BooleanEquals": True, "Next": "FirstLook"}],
                "Default": "FinishRelease",
            },
            "FirstLook": _look("$.next.ledger", "WaitForEvidence"),
            "WaitForEvidence": {"Type": "Wait", "SecondsPath": "$.plan.wait_seconds", "Next": "JudgeCanary"},
            "JudgeCanary": timed(self.steps.judge_canary, looked, "$.verdict", "Verdict", RESTORE),
            "Verdict": {"Type": "Choice", "Choices": goes_on, "Default": "RestoreTraffic"},
        }

    def _finish(self) -> dict[str, State]:
        finish = timed(self.steps.finish_release, self._payload(), "$.finished", "Released", catch_all("SettleRelease"))
        failed = self._payload(**{"state.$": "$"})
        settle = timed(self.steps.settle_release, failed, "$.settled", "Settled", catch_explained())
        return {
            "FinishRelease": finish,
            "SettleRelease": {**settle, "Retry": STUBBORN},
            "Settled": {
                "Type": "Choice",
                "Choices": [{"Variable": "$.settled.completed", "BooleanEquals": True, "Next": "Released"}],
                "Default": "RestoreTraffic",
            },
            "Released": {"Type": "Succeed"},
        }

    def _rollback(self) -> dict[str, State]:
        restored, recorded = self._payload(restore=True, **PUBLISHED), self._payload(**{"state.$": "$"})
        restore = timed(self.steps.shift_traffic, restored, "$.restored", "RecordRollback", catch_explained())
        record = timed(self.steps.record_rollback, recorded, "$.recorded", "ReleaseRolledBack", catch_explained())
        return {
            "RestoreTraffic": {**restore, "Retry": STUBBORN},
            "RecordRollback": {**record, "Retry": STUBBORN},
            "ReleaseRolledBack": {"Type": "Fail", "ErrorPath": "$.recorded.error", "CausePath": "$.recorded.reason"},
        }


UNPUBLISHED = catch_all("Unpublished")


def timed(step: Step, parameters: State, result_path: str, following: str, catch: list[State]) -> State:
    """A task that is given up when its function must have been: a hung step fails, and what follows is its catch."""
    return {
        **task(step.arn, parameters, result_path, following, catch),
        "TimeoutSeconds": step.seconds + SPARE_SECONDS,
    }


def _look(ledger: str, following: str) -> State:
    """Begin to count looks; what has been judged is kept."""
    parameters = {"look": 0, "ledger.$": ledger}
    return {"Type": "Pass", "Parameters": parameters, "ResultPath": "$.verdict", "Next": following}


def note(result: Any, path: str, following: str) -> State:
    """A state that keeps a value under a path."""
    return {"Type": "Pass", "Result": result, "ResultPath": path, "Next": following}
