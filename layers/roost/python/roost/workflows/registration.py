"""RegisterModel: the next version number for a package, approved when its gates passed."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from roost.domain.registry import Actor, Change, ModelHead, Version, registration, status_move
from roost.names import Reason, Status
from roost.ports import PipelinePorts, RegistryStore
from roost.workflows.registry_moves import move


def register_model(event: Mapping[str, Any], ports: PipelinePorts) -> dict[str, Any]:
    """Register ``event["evaluation"]``'s package as a candidate, then approve it on the strength of its gates.

    A run registers one version however often the step is tried, and what somebody has decided meanwhile stays.
    """
    model, registry = event["model"], ports.registry
    draft, actor = _draft(event, ports), Actor("training pipeline", ports.clock.now())

    def register(head: ModelHead) -> Change | None:
        return None if _of_run(registry, model, event["run"]) else registration(head, draft, actor)

    def approve(head: ModelHead) -> Change | None:
        version, reason = registry.version(model, number), f"passed {len(event['evaluation']['gates'])} gates"
        waits = version.status is Status.CANDIDATE
        return status_move(head, version, Status.APPROVED, replace(actor, name="gates"), reason) if waits else None

    move(registry, model, register)
    number = _of_run(registry, model, event["run"])[0].number
    move(registry, model, approve)
    return {"version": number, "status": registry.version(model, number).status.value}


def _of_run(registry: RegistryStore, model: str, run: str) -> list[Version]:
    return [version for version in registry.versions(model) if version.run == run]


def _draft(event: Mapping[str, Any], ports: PipelinePorts) -> Version:
    return Version(
        model=event["model"],
        number=0,
        status=Status.CANDIDATE,
        package=event["evaluation"]["package"],
        created_at=ports.clock.now().isoformat(),
        run=event["run"],
        metrics=event["evaluation"]["metrics"],
        lineage=_lineage(event),
        intervals={name: (low, high) for name, (low, high) in event["evaluation"].get("intervals", {}).items()},
    )


def _lineage(event: Mapping[str, Any]) -> dict[str, Any]:
    request = event["request"]
    return {
        **{name: event[name] for name in ("dataset", "datasets", "training_set", "code")},
        "candidate": event["evaluation"]["chosen"],
        "reason": request.get("reason", Reason.MANUAL.value),
        "requested_by": request.get("requested_by", "unknown"),
    }
