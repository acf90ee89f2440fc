"""The registry's moves of a release: start, progress, and its ends.

A model's head names the release that has taken it. Who wants to move a release further finds its name there and its
record RUNNING, in the same transaction; a release that has been claimed to be ended (``ENDING``) can only end.
"""

from dataclasses import replace
from typing import Any

from roost.domain.registry import (
    Actor,
    Change,
    ModelHead,
    Release,
    Version,
    change,
    check_free,
    check_packaged,
    check_releasable,
    moved,
)
from roost.errors import StatusConflict
from roost.names import Action, ReleaseStatus, Status
from roost.release_errors import ReleaseNotRunning
from roost.release_names import ReleaseAction, ReleaseKind


def release_start(head: ModelHead, version: Version, release: Release, actor: Actor) -> Change:
    """Begin a release: the version becomes canary and the model is taken until the release ends.

    The champion stays live while its own code, or its way back, is released.

    Raises:
        ReleaseInProgress: another release of the model has not ended.
        ExperimentRunning: an experiment holds the model.
        VersionNotApproved: the version is neither approved nor retired (a rollback's target).
        PackageExpired: the version's package has been given up.
    """
    check_free(head)
    check_startable(head, version, release.kind)
    begun = replace(release, status=ReleaseStatus.RUNNING, returns_to=version.status.value)
    queued = "" if head.queued_release == release.identifier else head.queued_release
    return change(
        head, actor, Action.RELEASE, f"version {version.number}", {"release": release.identifier, "kind": release.kind},
        active_release=release.identifier, queued_release=queued,
        versions=() if version.status is Status.LIVE else (moved(version, Status.CANARY),), releases=(begun,),
    )  # fmt: skip


def check_startable(head: ModelHead, version: Version, kind: str) -> None:
    """Whether a release of this kind may bring the version.

    Raises:
        VersionNotApproved, PackageExpired: as ``check_releasable`` says.
    """
    if kind != ReleaseKind.MODEL and version.number == head.champion:
        check_packaged(version)
    else:
        check_releasable(version)


def running(head: ModelHead, release: Release) -> Release:
    """The release, if it is the model's and under way.

    Raises:
        ReleaseNotRunning: it has ended, or is being ended.
    """
    if head.active_release != release.identifier or release.status is not ReleaseStatus.RUNNING:
        how = "is being ended" if release.status is ReleaseStatus.ENDING else f"has ended ({release.status})"
        raise ReleaseNotRunning(
            f"release {release.identifier} of {head.model} {how}; see: roost releases show {head.model}"
        )
    return release


def release_progress(head: ModelHead, release: Release, actor: Actor, detail: dict[str, Any]) -> Change:
    """Note a step of a running release: what was published, where traffic went."""
    return change(head, actor, Action.PROGRESS, release.identifier, detail, releases=(release,))


def release_note(
    head: ModelHead, release: Release, actor: Actor, action: ReleaseAction, detail: dict[str, Any]
) -> Change:
    """Note what somebody decided about a release, with its record as it is then."""
    return change(head, actor, action, release.identifier, detail, releases=(release,))


def release_completion(
    head: ModelHead, release: Release, version: Version, replaced: Version | None, actor: Actor
) -> Change:
    """End a release well: its version is live and champion, the replaced one is retired and kept as previous.

    Where the champion itself was released, with new code, it stays what it is.

    Raises:
        StatusConflict: the release is being ended by somebody else.
    """
    if release.status is not ReleaseStatus.RUNNING:
        raise StatusConflict(f"release {release.identifier} of {head.model} is {release.status}: it cannot complete")
    same = replaced is not None and replaced.number == version.number
    out = (
        () if replaced is None or same else (moved(replaced, Status.RETIRED, f"replaced by version {version.number}"),)
    )
    versions = () if same else (moved(version, Status.LIVE), *out)
    done = replace(release, status=ReleaseStatus.COMPLETED, finished_at=actor.at.isoformat(), pause={})
    detail = {"champion": version.number, "replaced": replaced.number if replaced else None}
    return change(
        head, actor, Action.COMPLETE, release.identifier, detail,
        active_release="", champion=version.number, previous=out[0].number if out else head.previous,
        versions=versions, releases=(done,),
    )  # fmt: skip


def release_rollback(
    head: ModelHead, release: Release, version: Version, actor: Actor, reason: str,
    status: ReleaseStatus = ReleaseStatus.ROLLED_BACK,
) -> Change:  # fmt: skip
    """End a release badly: the champion stays what it was.

    A version that was found wanting (``ROLLED_BACK``) is rolled back for good. One whose release was aborted, or failed
    for reasons of its own, and one that had served before, returns to where it came from.
    """
    ended = replace(release, status=status, finished_at=actor.at.isoformat(), reason=reason, pause={})
    return change(
        head, actor, Action.ROLL_BACK, release.identifier,
        {"version": version.number, "reason": reason, "status": status.value},
        active_release="", versions=_back(version, release, status, reason), releases=(ended,),
    )  # fmt: skip


def _back(version: Version, release: Release, status: ReleaseStatus, reason: str) -> tuple[Version, ...]:
    if version.status is not Status.CANARY:
        return ()
    wanting = status is ReleaseStatus.ROLLED_BACK and release.kind == ReleaseKind.MODEL
    if wanting or not release.returns_to:
        return (moved(version, Status.ROLLED_BACK, reason),)
    return (moved(version, Status(release.returns_to), reason),)


def release_claim(head: ModelHead, release: Release, actor: Actor, status: ReleaseStatus, reason: str) -> Change:
    """Claim a release to end it; from here on it cannot complete. An order that was given before stands."""
    told = {"status": status.value, "by": actor.name, "at": actor.at.isoformat(), "reason": reason}
    claimed = replace(release, status=ReleaseStatus.ENDING, order=release.order or told)
    return release_note(head, claimed, actor, ReleaseAction.CLAIM, {"reason": claimed.order["reason"]})
