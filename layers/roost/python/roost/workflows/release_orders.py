"""What people order about a release under way: pause, resume, abort. ReadOrders tells the pipeline."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from roost.domain.registry import Actor, Change, ModelHead, Release
from roost.domain.release_moves import release_note, running
from roost.names import ReleaseStatus
from roost.ports import PipelinePorts, RegistryStore
from roost.ports.release_runs import ReleaseRuns
from roost.release_errors import ReleaseNotRunning
from roost.release_names import ReleaseAction
from roost.workflows.registry_moves import move
from roost.workflows.release_queue import leave_queue

LONGEST_PAUSE_HOURS = 12
Made = Callable[[Release], Release]


def read_orders(event: dict[str, Any], ports: PipelinePorts) -> dict[str, Any]:
    """What the release's record orders: ``ended`` and why, or ``paused``. It can only read.

    A pause that nobody ended in its time ends the release: its champion serves on.
    """
    model, identifier = event["model"], event["release"]
    release, head = ports.registry.release(model, identifier), ports.registry.head(model)
    if release.order:
        return _orders(ended=release.order["reason"])
    if head.active_release != identifier:
        return _orders(ended=f"the release has ended ({release.status}: {release.reason})")
    until = release.pause.get("until", "")
    if until and ports.clock.now() > datetime.fromisoformat(until):
        return _orders(ended=f"paused by {release.pause['by']} until {until[:19]}, and nobody resumed it")
    return _orders(paused=bool(until))


def _orders(ended: str = "", paused: bool = False) -> dict[str, Any]:
    return {"ended": bool(ended), "reason": ended, "paused": paused}


def pause_release(
    registry: RegistryStore, model: str, actor: Actor, reason: str, hours: int = LONGEST_PAUSE_HOURS
) -> Release:
    """Keep a release where it is; it is judged on, and rolled back if it proves bad.

    Raises:
        ReleaseNotRunning: nothing of the model is being released, or it is paused already.
    """
    until = actor.at + timedelta(hours=min(hours, LONGEST_PAUSE_HOURS))
    told = {"by": actor.name, "at": actor.at.isoformat(), "until": until.isoformat(), "reason": reason}

    def made(release: Release) -> Release:
        if release.pause:
            raise ReleaseNotRunning(f"release {release.identifier} is paused already, by {release.pause['by']}")
        return replace(release, pause=told)

    return _noted(registry, model, actor, ReleaseAction.PAUSE, reason, made)


def resume_release(registry: RegistryStore, model: str, actor: Actor, reason: str) -> Release:
    """Let a paused release go on.

    Raises:
        ReleaseNotRunning: nothing of the model is being released, or it is not paused.
    """

    def made(release: Release) -> Release:
        if not release.pause:
            raise ReleaseNotRunning(f"release {release.identifier} is not paused; see: roost releases show {model}")
        return replace(release, pause={})

    return _noted(registry, model, actor, ReleaseAction.RESUME, reason, made)


def abort_release(
    registry: RegistryStore, runs: ReleaseRuns, model: str, actor: Actor, reason: str, identifier: str = ""
) -> Release:
    """Order that a release ends, then stop its run; the sweep restores traffic and records the end.

    The order is written first: whatever becomes of this process, the pipeline finds it at its next step, and the sweep
    finds the stopped run. Aborting again stops again. A queued release leaves the queue.

    Raises:
        ReleaseNotRunning: nothing of the model is being released, or not that.
        NotPermitted: the caller may not stop the run.
    """
    why = f"aborted by {actor.name}: {reason}"
    status, at = ReleaseStatus.ABORTED.value, actor.at.isoformat()
    told = {"status": status, "by": actor.name, "at": at, "reason": why}

    def ordered(head: ModelHead) -> Change:
        named = identifier or head.active_release or head.queued_release
        if named and named == head.queued_release:
            return leave_queue(head, registry.release(model, named), actor, why)
        release = _active(head, registry, named)
        given = replace(release, order=release.order or told)
        return release_note(head, given, actor, ReleaseAction.ABORT, {"reason": reason})

    ended = moved_release(move(registry, model, ordered))
    runs.stop(ended.identifier, "ReleaseAborted", ended.order.get("reason", ended.reason))
    return ended


def _noted(
    registry: RegistryStore, model: str, actor: Actor, action: ReleaseAction, reason: str, made: Made
) -> Release:
    def noted(head: ModelHead) -> Change:
        release = made(running(head, _active(head, registry, head.active_release)))
        return release_note(head, release, actor, action, {"reason": reason})

    return moved_release(move(registry, model, noted))


def moved_release(done: Change | None) -> Release:
    """The release that a move was about."""
    if done is None:
        raise ValueError("nothing was moved")
    return done.releases[0]


def _active(head: ModelHead, registry: RegistryStore, named: str) -> Release:
    if not named or named != head.active_release:
        what = f"release {named} of {head.model}" if named else f"no release of {head.model}"
        raise ReleaseNotRunning(f"{what} is under way; see: roost releases list {head.model}")
    return registry.release(head.model, named)
