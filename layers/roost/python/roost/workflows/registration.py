"""RegisterModel: the next version number for a package; approved when its gates passed, rejected when they did not."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from roost.domain.registry import Actor, Change, ModelHead, Version, registration, status_move
from roost.names import Approval, Reason, Status
from roost.ports import PipelinePorts, RegistryStore
from roost.workflows.registry_moves import move


def register_model(event: Mapping[str, Any], ports: PipelinePorts) -> dict[str, Any]:
    """Register ``event["evaluation"]``'s package as a candidate, then decide on the strength of its gates.

    A package that fell short is registered too, and rejected: what was tried and why it was refused is evidence. One
    that passed is approved, unless ``event["approval"]`` leaves that to a person: then it stays a candidate.

    A run registers one version however often the step is tried or the run resumed, and what somebody has decided
    meanwhile stays.
    """
    model, registry = event["model"], ports.registry
    draft, actor = _draft(event, ports), Actor("training pipeline", ports.clock.now())

    def register(head: ModelHead) -> Change | None:
        return None if _registered(registry, event) else registration(head, draft, actor)

    def decide(head: ModelHead) -> Change | None:
        version, decision = registry.version(model, number), _decision(event)
        if version.status is not Status.CANDIDATE or decision is None:
            return None
        return status_move(head, version, decision[0], replace(actor, name="gates"), decision[1])

    move(registry, model, register)
    number = _registered(registry, event)[0].number
    move(registry, model, decide)
    return {"version": number, "status": registry.version(model, number).status.value}


def _decision(event: Mapping[str, Any]) -> tuple[Status, str] | None:
    """What the gates decide, with the reason; None where it is a person's to decide."""
    evaluation = event["evaluation"]
    if not evaluation.get("passed", True):
        return Status.REJECTED, f"failed its gates: {evaluation['reasons']}"
    if event.get("approval") == Approval.MANUAL:
        return None
    return Status.APPROVED, f"passed {len(evaluation['gates'])} gates"


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
        intervals={name: (low, high) for name, (low, high) in event["evaluation"].get("intervals", {}).items()},
        lineage=_lineage(event),
    )


def _lineage(event: Mapping[str, Any]) -> dict[str, Any]:
    request, champion = event["request"], event["evaluation"].get("champion") or {}
    beside = {name: champion[name] for name in ("version", "mean_rank") if champion.get(name) is not None}
    return {
        **{name: event[name] for name in ("dataset", "datasets", "training_set", "code")},
        "candidate": event["evaluation"]["chosen"],
        "reason": request.get("reason", Reason.MANUAL.value),
        "requested_by": request.get("requested_by", "unknown"),
        **({"champion": beside} if "mean_rank" in beside else {}),
        **{name: request[name] for name in ("cutoff", "triggers", "resumes") if name in request},
    }
