"""FinishRelease and RecordRollback: bring the registry into agreement with where the traffic is."""

from typing import Any

from roost.domain.failure_cause import readable_cause
from roost.domain.registry import Actor, Change, ModelHead, Release
from roost.domain.release_moves import release_completion, release_rollback
from roost.names import ReleaseStatus
from roost.ports import PipelinePorts
from roost.workflows.registry_moves import move

ACTOR = "release pipeline"
UNEXPLAINED = "the release pipeline stopped without a reason"
BY_PEOPLE = ("ReleaseRejected", "ApprovalExpired")
FOUND_WANTING = ("SmokeTestFailed",)
ERRORS = {ReleaseStatus.ABORTED: "ReleaseAborted"}
ROLLED_BACK = "ReleaseRolledBack"


def finish_release(event: dict[str, Any], ports: PipelinePorts) -> dict[str, Any]:
    """Record the released version as live and champion, and the one it replaced as retired.

    Raises:
        StatusConflict: the release is being ended by somebody else.
    """
    model, plan, identifier = event["model"], event["plan"], event["release"]
    registry, actor = ports.registry, Actor(ACTOR, ports.clock.now())

    def completion(head: ModelHead) -> Change | None:
        if head.active_release != identifier:
            return None
        version = registry.version(model, plan["version"])
        replaced = registry.version(model, head.champion) if head.champion else None
        return release_completion(head, registry.release(model, identifier), version, replaced, actor)

    move(registry, model, completion)
    return {"version": plan["version"], "status": "live", "replaced": plan["previous_version"]}


def record_rollback(event: dict[str, Any], ports: PipelinePorts) -> dict[str, Any]:
    """Record how and why the release ended: an order that was given, the judge's reason, or what stopped the pipeline.

    The answer's ``error`` is what the run ends with. A release that has ended before keeps its end.
    """
    model, identifier = event["model"], event["release"]
    registry, actor = ports.registry, Actor(ACTOR, ports.clock.now())
    status, reason = ending(registry.release(model, identifier), event["state"])

    def rollback(head: ModelHead) -> Change | None:
        if head.active_release != identifier:
            return None
        release = registry.release(model, identifier)
        version = registry.version(model, release.version)
        return release_rollback(head, release, version, actor, reason, status)

    move(registry, model, rollback)
    error = ERRORS.get(status, ROLLED_BACK)
    return {"version": event["plan"]["version"], "status": status.value, "reason": reason, "error": error}


def ending(release: Release, state: dict[str, Any]) -> tuple[ReleaseStatus, str]:
    """How a release ends, and why: by the order in its record, or by the state of its pipeline.

    Only evidence counts against the version: a verdict, an alarm, a failed smoke test. After any other error, and when
    people stopped it, the version may be released again.
    """
    if release.order:
        return ReleaseStatus(release.order["status"]), release.order["reason"]
    orders = state.get("orders", {})
    if orders.get("ended"):
        return ReleaseStatus.ABORTED, orders["reason"]
    error = state.get("failure", {}).get("Error", "")
    if error in BY_PEOPLE:
        return ReleaseStatus.ABORTED, rollback_reason(state)
    failed = error and error not in FOUND_WANTING
    return (ReleaseStatus.FAILED if failed else ReleaseStatus.ROLLED_BACK), rollback_reason(state)


def rollback_reason(state: dict[str, Any]) -> str:
    """The reason in words, from the ``failure`` that Step Functions caught or from the ``verdict``."""
    error = state.get("failure")
    if error:
        return f"{error.get('Error', 'error')}: {readable_cause(error.get('Cause', ''))}"
    verdict = state.get("verdict", {})
    return str(verdict.get("reason", UNEXPLAINED))
