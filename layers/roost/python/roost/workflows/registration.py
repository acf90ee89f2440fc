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

    A run registers one version however often the step is tried or the run resumed, and what somebody has decided
    meanwhile stays.
    """
    model, registry = event["model"], ports.registry
    draft, actor = _draft(event, ports), Actor("training pipeline", ports.clock.now())

    def register(head: ModelHead) -> Change | None:
        return None if _registered(registry, event) else registration(head, draft, actor)

    def approve(head: ModelHead) -> Change | None:
        version, reason = registry.version(model, number), f"passed {len(event['evaluation']['gates'])} gates"
        waits = version.status is Status.CANDIDATE
        return status_move(head, version, Status.APPROVED, replace(actor, name="gates"), reason) if waits else None

    move(registry, model, register)
    number = _registered(registry, event)[0].number
    move(registry, model, approve)
    return {"version": number, "status": registry.version(model, number).status.value}


def _registered(registry: RegistryStore, event: Mapping[str, Any]) -> list[Version]:
    """The version of this run, or of one that it resumes and that had come as far with the same package."""
    runs, package = (event["run"], *event["request"].get("resumes", ())), event["evaluation"]["package"]
    versions = registry.versions(event["model"])
    return [one for one in versions if one.run in runs and (one.run == event["run"] or one.package == package)]


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
    )


def _lineage(event: Mapping[str, Any]) -> dict[str, Any]:
    request = event["request"]
    return {
        **{name: event[name] for name in ("dataset", "datasets", "training_set", "code")},
        "candidate": event["evaluation"]["chosen"],
        "reason": request.get("reason", Reason.MANUAL.value),
        "requested_by": request.get("requested_by", "unknown"),
        **{name: request[name] for name in ("cutoff", "triggers", "resumes") if name in request},
    }
