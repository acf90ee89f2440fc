"""What served at a moment of the past, from the releases and the audit log of a model."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from roost.domain.audit_log import AuditEntry
from roost.domain.registry import Release, Version
from roost.names import Action, ReleaseStatus, Status


@dataclass(frozen=True)
class Approval:
    """Who approved a version, when (ISO 8601) and why."""

    by: str
    at: str
    reason: str


@dataclass(frozen=True)
class Service:
    """A stretch of time in which a release's version had all traffic; ``until`` is empty while it has.

    Times (ISO 8601) are those at which the registry noted the release's end, a moment after the alias moved.
    """

    release: Release
    since: str
    until: str = ""


def services(releases: Iterable[Release]) -> list[Service]:
    """Who served when, oldest first: each completed release from its end to that of the next one."""
    done = sorted((r for r in releases if r.status is ReleaseStatus.COMPLETED), key=lambda r: r.finished_at)
    ends = [*(release.finished_at for release in done[1:]), ""]
    return [Service(release, release.finished_at, end) for release, end in zip(done, ends, strict=False)]


def serving_at(releases: Iterable[Release], moment: datetime) -> Service | None:
    """Who had all traffic, or all but a canary's share, at a moment; None before the first release."""
    started = [service for service in services(releases) if datetime.fromisoformat(service.since) <= moment]
    return started[-1] if started else None


def under_release_at(releases: Iterable[Release], moment: datetime) -> Release | None:
    """The release that was under way at a moment, whose version may have had a share of the traffic."""
    return next((r for r in releases if _began(r, moment) and not _ended(r, moment)), None)


def _began(release: Release, moment: datetime) -> bool:
    return datetime.fromisoformat(release.started_at) <= moment


def _ended(release: Release, moment: datetime) -> bool:
    return bool(release.finished_at) and datetime.fromisoformat(release.finished_at) <= moment


def approval_of(entries: Iterable[AuditEntry], number: int, until: str = "") -> Approval | None:
    """The approval of a version, the last one not after ``until`` if that is given; None if nobody did."""
    return next((Approval(e.actor, e.at, _reason(e)) for e in _moves(entries, number, until) if _approves(e)), None)


def in_status_since(version: Version, entries: Iterable[AuditEntry], releases: Iterable[Release]) -> datetime:
    """When a version came into its present status: the last of its registration, decisions and ends of releases."""
    decided = [entry.at for entry in _moves(entries, version.number, "") if entry.action == Action.MOVE]
    ended = [r.finished_at for r in releases if version.number in (r.version, r.previous_version)]
    return datetime.fromisoformat(max([version.created_at, *decided, *ended]))


def _moves(entries: Iterable[AuditEntry], number: int, until: str) -> list[AuditEntry]:
    listed = [e for e in entries if e.subject == f"version {number}" and (not until or e.at <= until)]
    return listed[::-1]


def _approves(entry: AuditEntry) -> bool:
    return entry.action == Action.MOVE and entry.detail.get("to") == Status.APPROVED


def _reason(entry: AuditEntry) -> str:
    return str(entry.detail.get("reason", ""))
