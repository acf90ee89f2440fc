"""The registry's records and moves: versions, releases and a hash-chained audit log.

Every move is a ``Change``: the model's head before and after, the records it writes and one audit entry. A store
commits a change only if the head is still the one before, so concurrent moves never overwrite each other, and
version numbers neither collide nor skip.

Of a registered version only status, reason, tags and expiry ever change; ``Version.seal`` is over all else, and a store
refuses a change of it.
"""

from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from typing import Any

from roost.domain.audit_log import AuditEntry, document_hash
from roost.domain.experiments import Experiment
from roost.errors import PackageExpired, ReleaseInProgress, StatusConflict, VersionNotApproved
from roost.experiment_errors import ExperimentRunning
from roost.names import Action, ReleaseStatus, Status
from roost.release_names import ReleaseAction, ReleaseKind

MOVES: dict[Status, frozenset[Status]] = {
    Status.CANDIDATE: frozenset({Status.APPROVED, Status.REJECTED}),
    Status.APPROVED: frozenset({Status.CANARY, Status.REJECTED}),
    Status.CANARY: frozenset({Status.LIVE, Status.ROLLED_BACK, Status.APPROVED, Status.RETIRED}),
    Status.LIVE: frozenset({Status.RETIRED}),
    Status.RETIRED: frozenset({Status.CANARY}),
    Status.ROLLED_BACK: frozenset(),
    Status.REJECTED: frozenset(),
}
RELEASABLE = frozenset({Status.APPROVED, Status.RETIRED})
CHANGEABLE = frozenset({"status", "reason", "tags", "expired_at"})
RECORDS = ("new_versions", "versions", "releases", "experiments")


@dataclass(frozen=True)
class Version:
    """One registered model version; ``package`` is the digest of its immutable package.

    ``intervals`` holds [low, high] by metric, where they were estimated. ``expired_at`` (ISO 8601) is when its package
    was given up, empty while it is kept.
    """

    model: str
    number: int
    status: Status
    package: str
    created_at: str
    run: str
    metrics: dict[str, float]
    lineage: dict[str, Any]
    reason: str = ""
    intervals: dict[str, tuple[float, float]] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)
    expired_at: str = ""

    @property
    def seal(self) -> str:
        """SHA-256 over what never changes; empty fields are left out, so that a field added later breaks no seal."""
        kept = {name: value for name, value in asdict(self).items() if name not in CHANGEABLE and value not in ("", {})}
        return document_hash(kept)


@dataclass(frozen=True)
class Release:
    """One attempt to bring a version to all traffic. Function versions are empty until they are known.

    ``alias_note`` is what the alias's description said when the release began (``AliasState.note``).
    ``returns_to`` is the version's status before, which it takes again where nothing was found against it. ``gate``
    holds the approval (state, token, expires_at, by, at, reason), ``pause`` who paused it until when (by, at, until,
    reason), ``order`` how it is to end (status, by, at, reason); each is empty where there is none. ``forced`` lists
    the differences of the signature that were let through.
    """

    model: str
    identifier: str
    version: int
    status: ReleaseStatus
    strategy: str
    steps: tuple[int, ...]
    started_at: str
    requested_by: str
    previous_version: int | None = None
    function_version: str = ""
    previous_function_version: str = ""
    finished_at: str = ""
    reason: str = ""
    kind: str = ReleaseKind.MODEL.value
    alias_note: str = ""
    returns_to: str = ""
    gate: dict[str, str] = field(default_factory=dict)
    pause: dict[str, str] = field(default_factory=dict)
    order: dict[str, str] = field(default_factory=dict)
    forced: tuple[str, ...] = ()


@dataclass(frozen=True)
class ModelHead:
    """What is true of a model now; every change moves it on by one audit entry."""

    model: str
    latest_version: int = 0
    champion: int | None = None
    previous: int | None = None
    active_release: str = ""
    active_experiment: str = ""
    queued_release: str = ""
    audit_length: int = 0
    audit_hash: str = ""


@dataclass(frozen=True)
class Actor:
    """Who makes a change, and when (UTC)."""

    name: str
    at: datetime


@dataclass(frozen=True)
class Change:
    """One atomic move of a model: the store writes all of it or none."""

    before: ModelHead
    after: ModelHead
    entry: AuditEntry
    new_versions: tuple[Version, ...] = ()
    versions: tuple[Version, ...] = ()
    releases: tuple[Release, ...] = field(default=())
    experiments: tuple[Experiment, ...] = ()


def change(
    head: ModelHead, actor: Actor, action: Action | ReleaseAction, subject: str, detail: dict[str, Any], **moved: Any
) -> Change:
    """The next change of a model: fields of its head in ``moved``, and records under their names in ``Change``."""
    records = {key: moved.pop(key) for key in RECORDS if key in moved}
    entry = AuditEntry(
        model=head.model, sequence=head.audit_length + 1, at=actor.at.isoformat(), actor=actor.name,
        action=action.value, subject=subject, detail=detail, previous_hash=head.audit_hash,
    ).sealed()  # fmt: skip
    after = replace(head, audit_length=entry.sequence, audit_hash=entry.hash, **moved)
    return Change(before=head, after=after, entry=entry, **records)


def moved(version: Version, to: Status, reason: str = "") -> Version:
    """The version in its new status.

    Raises:
        StatusConflict: the present status does not lead there.
    """
    if to not in MOVES[version.status]:
        allowed = ", ".join(sorted(MOVES[version.status])) or "none, it is final"
        raise StatusConflict(
            f"{version.model} version {version.number} is {version.status} and cannot become {to}; allowed: {allowed}"
        )
    return replace(version, status=to, reason=reason)


def registration(head: ModelHead, draft: Version, actor: Actor) -> Change:
    """Register ``draft`` under the next version number, as a candidate."""
    version = replace(draft, number=head.latest_version + 1, status=Status.CANDIDATE)
    detail = {"package": version.package, "run": version.run}
    return change(
        head, actor, Action.REGISTER, f"version {version.number}", detail,
        latest_version=version.number, new_versions=(version,),
    )  # fmt: skip


def status_move(head: ModelHead, version: Version, to: Status, actor: Actor, reason: str) -> Change:
    """Approve, reject or retire a version.

    Raises:
        StatusConflict: the version's status does not lead there.
    """
    detail = {"from": version.status.value, "to": to.value, "reason": reason}
    return change(head, actor, Action.MOVE, f"version {version.number}", detail, versions=(moved(version, to, reason),))


def check_releasable(version: Version) -> None:
    """Whether a version may serve, or serve again.

    Raises:
        VersionNotApproved: it is neither approved nor retired.
        PackageExpired: its package has been given up.
    """
    if version.status not in RELEASABLE:
        raise VersionNotApproved(
            f"{name_of(version)} is {version.status}; only an approved version, or one that served before, can be "
            f"released: roost models list {version.model}"
        )
    check_packaged(version)


def check_packaged(version: Version) -> None:
    """Whether the package of a version is still there.

    Raises:
        PackageExpired: it has been given up.
    """
    if version.expired_at:
        raise PackageExpired(
            f"{name_of(version)} cannot serve again: its package was expired at {version.expired_at[:19]}; train it "
            f"anew, or release another version"
        )


def check_free(head: ModelHead) -> None:
    """Whether nothing holds the model.

    Raises:
        ReleaseInProgress: a release of the model has not ended.
        ExperimentRunning: an experiment has not ended.
    """
    if head.active_release:
        raise ReleaseInProgress(
            f"{head.model} is being released ({head.active_release}); wait for it to end or abort it, then try again"
        )
    if head.active_experiment:
        raise ExperimentRunning(
            f"experiment {head.active_experiment} of {head.model} is running and holds its traffic; end it first: "
            f"roost experiment stop {head.model}, or promote"
        )


def name_of(version: Version) -> str:
    """A version in words."""
    return f"{version.model} version {version.number}"
