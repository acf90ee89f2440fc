"""A release that waits for another of its model to end. There is one place in the queue, and the newest has it."""

from dataclasses import replace
from datetime import datetime, timedelta

from roost.domain.registry import Actor, Change, ModelHead, Release, change
from roost.names import ReleaseStatus
from roost.ports import RegistryStore
from roost.release_errors import QueueTimedOut, ReleaseSuperseded
from roost.release_names import ReleaseAction

LONGEST_WAIT = timedelta(hours=6)


def queue(head: ModelHead, registry: RegistryStore, release: Release, actor: Actor) -> Change | None:
    """Put a release into the queue in place of an older one; None if it is there already."""
    if head.queued_release == release.identifier:
        return None
    older = registry.release(head.model, head.queued_release) if head.queued_release else None
    gone = [_superseded(older, release, actor)] if older and older.status is ReleaseStatus.QUEUED else []
    detail = {"version": release.version, "behind": head.active_release, "supersedes": head.queued_release}
    return change(
        head, actor, ReleaseAction.QUEUE, release.identifier, detail,
        queued_release=release.identifier, releases=(release, *gone),
    )  # fmt: skip


def _superseded(older: Release, release: Release, actor: Actor) -> Release:
    return replace(
        older,
        status=ReleaseStatus.SUPERSEDED,
        finished_at=actor.at.isoformat(),
        reason=f"superseded by {release.identifier} (version {release.version})",
    )


def check_turn(release: Release, head: ModelHead, now: datetime) -> None:
    """Whether a release that was queued before may go on waiting, or start.

    Raises:
        ReleaseSuperseded: a newer release took its place.
        QueueTimedOut: it has waited for hours; what holds the model up needs a look.
    """
    if release.status is ReleaseStatus.SUPERSEDED or head.queued_release not in ("", release.identifier):
        raise ReleaseSuperseded(f"release {release.identifier} of {release.model} is {release.reason or 'superseded'}")
    if now - datetime.fromisoformat(release.started_at) > LONGEST_WAIT:
        raise QueueTimedOut(
            f"release {release.identifier} waited for more than {LONGEST_WAIT} behind {head.active_release}; look at "
            f"that one (roost releases show {release.model}) and start this one again"
        )


def leave_queue(head: ModelHead, release: Release, actor: Actor, reason: str) -> Change:
    """Take a release out of the queue for good."""
    ended = replace(release, status=ReleaseStatus.ABORTED, finished_at=actor.at.isoformat(), reason=reason)
    queued = "" if head.queued_release == release.identifier else head.queued_release
    return change(
        head, actor, ReleaseAction.ABORT, release.identifier, {"reason": reason},
        queued_release=queued, releases=(ended,),
    )  # fmt: skip
