"""Compare two registered versions, with their packages and what was measured of both on the same rows."""

import json
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from roost.domain.registry import Version
from roost.domain.version_comparison import Difference, compared
from roost.object_keys import EVALUATION_REPORT, run_key
from roost.ports import ObjectStore, RegistryStore
from roost.workflows.package_manifests import read_manifest


@dataclass(frozen=True)
class Comparison:
    """What two versions have, and what was measured of both on one holdout, if one was the other's champion.

    Metrics of two versions are of the holdouts that each had. Only ``same_rows`` compares on one: metric to [the
    first's, the second's].
    """

    differences: list[Difference]
    same_rows: dict[str, list[float]]
    unreadable: list[int]


def compare_versions(
    model: str, first: int, second: int, registry: RegistryStore, packages: ObjectStore, lake: ObjectStore
) -> Comparison:
    """Compare two versions of a model; a package that is gone is named in ``unreadable``, and the rest is compared.

    Raises:
        UnknownVersion: there is no such version.
        PackageCorrupted: the manifest of a package does not match its digest.
    """
    one, two = registry.version(model, first), registry.version(model, second)
    manifests = (_manifest(one, packages), _manifest(two, packages))
    missing = [v.number for v, manifest in zip((one, two), manifests, strict=True) if not manifest]
    return Comparison(compared(one, two, manifests), _same_rows(one, two, lake), missing)


def _manifest(version: Version, packages: ObjectStore) -> dict[str, Any]:
    try:
        return read_manifest(packages, version.package)
    except KeyError:
        return {}


def _same_rows(first: Version, second: Version, lake: ObjectStore) -> dict[str, list[float]]:
    measured = _champion_metrics(second, first.number, lake)
    if measured:
        return {name: [value, second.metrics[name]] for name, value in measured.items() if name in second.metrics}
    measured = _champion_metrics(first, second.number, lake)
    return {name: [first.metrics[name], value] for name, value in measured.items() if name in first.metrics}


def _champion_metrics(version: Version, champion: int, lake: ObjectStore) -> dict[str, float]:
    """Metrics of the champion on the version's holdout, as its evaluation noted them; empty if it was another."""
    with suppress(KeyError):
        report = json.loads(lake.get(run_key(version.model, version.run, EVALUATION_REPORT)))
        found = report.get("champion") or {}
        return dict(found.get("metrics", {})) if found.get("version") == champion else {}
    return {}
