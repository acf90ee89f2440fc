"""Give up packages that nobody needs any more: their records stay, their bytes go by the bucket's lifecycle.

First the registry notes it, by a change that is refused if a release began meanwhile; then the objects are tagged, and
S3 removes what is tagged. A second run tags again what a run that died left untagged. Deletion is S3's part: no role of
the platform may delete, and a removed object can be restored for some days ("Lifecycle and other bucket
configurations" and "Deleting object versions", Amazon S3 User Guide).
"""

from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from roost.domain.registry import Actor, Change, ModelHead, Version
from roost.domain.served_history import in_status_since
from roost.domain.version_upkeep import expiry, packages_to_expire
from roost.names import Status
from roost.object_keys import EXPIRED_TAG, package_key
from roost.ports import ObjectStore, RegistryStore
from roost.workflows.registry_moves import move


@dataclass(frozen=True)
class Expired:
    """A version whose package was given up, and its objects that were tagged."""

    version: int
    status: Status
    package: str
    objects: int


def expirable(registry: RegistryStore, model: str, actor: Actor, age: timedelta) -> list[Version]:
    """Versions whose packages may be given up at ``actor.at``, as the registry stands."""
    return _due(registry, registry.head(model), actor, age)


def expire_packages(
    registry: RegistryStore, packages: ObjectStore, model: str, actor: Actor, age: timedelta
) -> list[Expired]:
    """Give up the packages of all versions that have been done with for at least ``age``; returns what was tagged."""
    for version in expirable(registry, model, actor, age):
        move(registry, model, partial(_change, registry, version.number, actor, age))
    versions = registry.versions(model)
    used = {version.package for version in versions if not version.expired_at}
    given_up = {v.package: v for v in versions if v.expired_at and v.package not in used}
    tagged = [Expired(v.number, v.status, v.package, _tag(packages, v.package)) for v in given_up.values()]
    return [expired for expired in tagged if expired.objects]


def _due(registry: RegistryStore, head: ModelHead, actor: Actor, age: timedelta) -> list[Version]:
    model = head.model
    versions, entries, releases = registry.versions(model), registry.audit(model), registry.releases(model)
    ended = {version.number: in_status_since(version, entries, releases) for version in versions}
    return packages_to_expire(head, versions, ended, actor.at, age)


def _change(registry: RegistryStore, number: int, actor: Actor, age: timedelta, head: ModelHead) -> Change | None:
    """The expiry of one version, None if it is no longer due."""
    due = next((version for version in _due(registry, head, actor, age) if version.number == number), None)
    return expiry(head, due, actor, f"done with for {age.days} days") if due else None


def _tag(packages: ObjectStore, package: str) -> int:
    """Tag all objects of a package; returns how many there were."""
    stored = packages.list(package_key(package, ""))
    for item in stored:
        with suppress(KeyError):  # removed since it was listed
            packages.tag(item.key, EXPIRED_TAG)
    return len(stored)
