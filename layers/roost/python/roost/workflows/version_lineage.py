"""What a version comes from, down to files, and where it served; and what came of a data set or a file."""

import json
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import asdict, dataclass
from typing import Any

from roost.domain.registry import Release, Version
from roost.domain.served_history import approval_of, services
from roost.errors import NoDataFound
from roost.object_keys import MANIFEST, PACKAGE_MANIFEST, dataset_key, package_key
from roost.ports import ObjectStore, RegistryStore

LEAST_OF_A_DIGEST = 6


@dataclass(frozen=True)
class DataUse:
    """A version that was made from a data set; ``served`` are the stretches [since, until] in which it had traffic."""

    dataset: str
    model: str
    version: int
    status: str
    run: str
    releases: list[str]
    served: list[list[str]]


def lineage_of(
    model: str, number: int, registry: RegistryStore, lake: ObjectStore, packages: ObjectStore
) -> dict[str, Any]:
    """All that a version was made from and where it went, as JSON values; what is gone is left empty.

    Raises:
        UnknownVersion: there is no such version.
    """
    version, releases = registry.version(model, number), registry.releases(model)
    approval = approval_of(registry.audit(model), number)
    made = dict(version.lineage)
    return {
        "model": model,
        "version": number,
        "status": version.status.value,
        "package": version.package,
        "run": {"name": version.run, "reason": made.get("reason"), "requested_by": made.get("requested_by")},
        "candidate": made.get("candidate"),
        "code": made.get("code"),
        "training_set": made.get("training_set"),
        "datasets": [_dataset(source, digest, lake) for source, digest in sorted(_datasets(version).items())],
        "views": _views(version, packages),
        "approval": asdict(approval) if approval else None,
        "releases": [asdict(release) for release in releases if release.version == number],
        "served": _served(number, releases),
    }


def uses_of_data(what: str, models: Iterable[str], registry: RegistryStore, lake: ObjectStore) -> list[DataUse]:
    """Versions of the models that were made from a data set (its digest or the start of it) or a landed file (its key).

    One query a model; for a file, one object more for each data set that a version was made from. What reached no
    version is not found.

    Raises:
        NoDataFound: no version was made from it.
    """
    known = [version for model in models for version in registry.versions(model)]
    digests = {digest for version in known for digest in _datasets(version).values()}
    wanted = {digest for digest in digests if _is_meant(what, digest, lake)}
    if not wanted:
        raise NoDataFound(
            f"no registered version was made from {what!r}; give the digest of a data set ({LEAST_OF_A_DIGEST} "
            f"characters or more) or the key of a landed file, of {len(digests)} data sets that versions came from"
        )
    return [_use(digest, v, registry) for v in known for digest in sorted(wanted & set(_datasets(v).values()))]


def _datasets(version: Version) -> dict[str, str]:
    """Digests of data sets by source."""
    return dict(version.lineage.get("datasets", {}))


def _dataset(source: str, digest: str, lake: ObjectStore) -> dict[str, Any]:
    found = _manifest(digest, lake)
    files = [{name: file[name] for name in ("key", "sha256", "rows")} for file in found.pop("files", [])]
    return {"digest": digest, **found, "source": source, "origin": _origin(found), "files": files}


def _origin(manifest: dict[str, Any]) -> Any:
    return (manifest.get("source") or {}).get("origin")


def _manifest(digest: str, lake: ObjectStore) -> dict[str, Any]:
    with suppress(KeyError):
        found: dict[str, Any] = json.loads(lake.get(dataset_key(digest, MANIFEST)))
        return found
    return {}


def _is_meant(what: str, digest: str, lake: ObjectStore) -> bool:
    if len(what) >= LEAST_OF_A_DIGEST and digest.startswith(what):
        return True
    return "/" in what and any(file["key"] == what for file in _manifest(digest, lake).get("files", []))


def _views(version: Version, packages: ObjectStore) -> list[str]:
    with suppress(KeyError):
        manifest = json.loads(packages.get(package_key(version.package, PACKAGE_MANIFEST)))
        return [view["name"] for view in manifest.get("views", [])]
    return []


def _served(number: int, releases: Iterable[Release]) -> list[list[str]]:
    return [[service.since, service.until] for service in services(releases) if service.release.version == number]


def _use(digest: str, version: Version, registry: RegistryStore) -> DataUse:
    releases = registry.releases(version.model)
    return DataUse(
        dataset=digest,
        model=version.model,
        version=version.number,
        status=version.status.value,
        run=version.run,
        releases=[release.identifier for release in releases if release.version == version.number],
        served=_served(version.number, releases),
    )
