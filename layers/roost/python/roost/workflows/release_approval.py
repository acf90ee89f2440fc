"""WaitForApproval: ask a person, and take the answer. The token is what the waiting run listens for.

"Wait for a Callback with Task Token" (AWS Step Functions Developer Guide).
"""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from roost.domain.registry import Actor, Change, ModelHead, Release
from roost.domain.release_moves import release_note, running
from roost.ports import PipelinePorts, RegistryStore
from roost.ports.release_runs import ReleaseRuns
from roost.release_errors import AlreadyDecided, ApprovalExpired, ApprovalNotAsked, NotPermitted, ReleaseNotRunning
from roost.release_names import Gate, ReleaseAction
from roost.workflows.registry_moves import move
from roost.workflows.release_orders import moved_release

ACTOR = "release pipeline"
DECIDED = (Gate.APPROVED.value, Gate.REJECTED.value)


def ask_approval(event: dict[str, Any], ports: PipelinePorts) -> dict[str, Any]:
    """Record that a release waits for an approval, until when, and the token that answers it.

    Raises:
        ReleaseNotRunning: the release was ended meanwhile.
    """
    model, identifier, now = event["model"], event["release"], ports.clock.now()
    expires = (now + timedelta(seconds=event["seconds"])).isoformat()
    gate = {"state": Gate.WAITING.value, "token": event["token"], "expires_at": expires}
    actor = Actor(ACTOR, now)

    def asked(head: ModelHead) -> Change | None:
        release = running(head, ports.registry.release(model, identifier))
        if release.gate.get("token") == event["token"]:
            return None
        detail = {"version": release.version, "expires_at": expires}
        return release_note(head, replace(release, gate=gate), actor, ReleaseAction.ASK_APPROVAL, detail)

    move(ports.registry, model, asked)
    return {"expires_at": expires}


def decide_release(
    registry: RegistryStore, runs: ReleaseRuns, model: str, actor: Actor, reason: str, approved: bool
) -> Release:
    """Approve or reject the release that waits: written down first, then told to the run.

    Who decided the same before may do it again: a decision that was written but never told is told then.

    Raises:
        ApprovalNotAsked, ApprovalExpired: no release waits, or it waits no longer.
        AlreadyDecided: somebody else decided, or otherwise.
        NotPermitted: the caller may not answer the run; the decision is taken back.
    """
    state, action = (Gate.APPROVED, ReleaseAction.APPROVE) if approved else (Gate.REJECTED, ReleaseAction.REJECT)
    told = {"state": state.value, "by": actor.name, "at": actor.at.isoformat(), "reason": reason}

    def decided(head: ModelHead) -> Change:
        release = _waiting(head, registry)
        if release.gate["state"] in DECIDED:
            _check_repeated(release, told)
        if actor.at > datetime.fromisoformat(release.gate["expires_at"]):
            raise ApprovalExpired(f"release {release.identifier} waited until {release.gate['expires_at'][:19]}")
        given = replace(release, gate={**release.gate, **told})
        return release_note(head, given, actor, action, {"version": release.version, "reason": reason})

    release = moved_release(move(registry, model, decided))
    try:
        _tell(release, runs)
    except NotPermitted:
        _take_back(registry, release, actor)
        raise
    return release


def _waiting(head: ModelHead, registry: RegistryStore) -> Release:
    if not head.active_release:
        raise ReleaseNotRunning(f"no release of {head.model} is under way; see: roost releases list {head.model}")
    release = running(head, registry.release(head.model, head.active_release))
    if not release.gate:
        raise ApprovalNotAsked(
            f"release {release.identifier} of {head.model} does not wait for an approval; "
            f"see: roost releases show {head.model}"
        )
    return release


def _check_repeated(release: Release, told: dict[str, str]) -> None:
    gate = release.gate
    if (gate["state"], gate["by"]) != (told["state"], told["by"]):
        raise AlreadyDecided(
            f"release {release.identifier} was {gate['state']} by {gate['by']} at {gate['at'][:19]}: {gate['reason']}"
        )


def _tell(release: Release, runs: ReleaseRuns) -> None:
    gate = release.gate
    why = f"{gate['by']}: {gate['reason']}"
    if gate["state"] == Gate.APPROVED:
        runs.succeed(gate["token"], {"approved_by": gate["by"], "reason": gate["reason"]})
    else:
        runs.fail(gate["token"], "ReleaseRejected", why)


def _take_back(registry: RegistryStore, release: Release, actor: Actor) -> None:
    gate = {**release.gate, "state": Gate.WAITING.value, "by": "", "at": "", "reason": ""}

    def back(head: ModelHead) -> Change | None:
        if head.active_release != release.identifier:
            return None
        found = replace(registry.release(head.model, release.identifier), gate=gate)
        detail = {"reason": f"{actor.name} may not answer the release pipeline: the decision is taken back"}
        return release_note(head, found, actor, ReleaseAction.ASK_APPROVAL, detail)

    move(registry, release.model, back)
