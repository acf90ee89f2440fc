"""FinishRelease and RecordRollback: bring the registry into agreement with where the traffic is."""

from typing import Any

from roost.domain.failure_cause import readable_cause
from roost.domain.registry import Actor, Change, ModelHead, release_completion, release_rollback
from roost.ports import PipelinePorts
from roost.workflows.registry_moves import move

ACTOR = "release pipeline"
UNEXPLAINED = "the release pipeline stopped without a reason"


def finish_release(event: dict[str, Any], ports: PipelinePorts) -> dict[str, Any]:
    """Record the released version as live and champion, and the one it replaced as retired."""
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
    """Record that the release was rolled back, and why: the judge's reason, or the error that stopped the pipeline."""
    model, plan, identifier = event["model"], event["plan"], event["release"]
    registry, actor, reason = ports.registry, Actor(ACTOR, ports.clock.now()), rollback_reason(event["state"])

    def rollback(head: ModelHead) -> Change | None:
        if head.active_release != identifier:
            return None
        version = registry.version(model, plan["version"])
        return release_rollback(head, registry.release(model, identifier), version, actor, reason)

    move(registry, model, rollback)
    return {"version": plan["version"], "status": "rolled_back", "reason": reason}


def rollback_reason(state: dict[str, Any]) -> str:
    """The reason in words, from the ``failure`` that Step Functions caught or from the ``verdict``."""
    error = state.get("failure")
    if error:
        return f"{error.get('Error', 'error')}: {readable_cause(error.get('Cause', ''))}"
    verdict = state.get("verdict", {})
    return str(verdict.get("reason", UNEXPLAINED))
