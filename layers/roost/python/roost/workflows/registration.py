"""RegisterModel: the next version number for a package, approved when its gates passed."""

from collections.abc import Mapping
from typing import Any

from roost.domain.registry import Actor, Version, registration, status_move
from roost.names import Reason, Status
from roost.ports import PipelinePorts
from roost.workflows.registry_moves import move


def register_model(event: Mapping[str, Any], ports: PipelinePorts) -> dict[str, Any]:
    """Register ``event["evaluation"]``'s package as a candidate, then approve it on the strength of its gates."""
    model, evaluation, now = event["model"], event["evaluation"], ports.clock.now()
    draft = Version(
        model=model,
        number=0,
        status=Status.CANDIDATE,
        package=evaluation["package"],
        created_at=now.isoformat(),
        run=event["run"],
        metrics=evaluation["metrics"],
        lineage=_lineage(event),
    )
    registered = move(ports.registry, model, lambda head: registration(head, draft, Actor("training pipeline", now)))
    version = registered.new_versions[0]
    reason = f"passed {len(evaluation['gates'])} gates"
    approver = Actor("gates", now)
    move(ports.registry, model, lambda head: status_move(head, version, Status.APPROVED, approver, reason))
    return {"version": version.number, "status": Status.APPROVED.value}


def _lineage(event: Mapping[str, Any]) -> dict[str, Any]:
    request = event["request"]
    return {
        **{name: event[name] for name in ("dataset", "training_set", "code")},
        "candidate": event["evaluation"]["chosen"],
        "reason": request.get("reason", Reason.MANUAL.value),
        "requested_by": request.get("requested_by", "unknown"),
    }
