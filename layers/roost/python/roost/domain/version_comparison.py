"""What differs between two registered versions: metrics, parameters, data, features, code."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from roost.domain.registry import Version


@dataclass(frozen=True)
class Difference:
    """One thing of two versions, None where one has it not; ``group`` is metrics, lineage or another part."""

    group: str
    name: str
    first: Any
    second: Any

    @property
    def same(self) -> bool:
        """Whether both have the same."""
        return bool(self.first == self.second)


@dataclass(frozen=True)
class MetricDifference(Difference):
    """A metric of both, with its intervals [low, high] where they were estimated."""

    first_interval: tuple[float, ...] = ()
    second_interval: tuple[float, ...] = ()

    @property
    def change(self) -> float | None:
        """Second less first; None if one has no such metric."""
        return None if self.first is None or self.second is None else self.second - self.first

    @property
    def apart(self) -> bool | None:
        """Whether the intervals do not overlap; None if one is missing.

        Intervals that overlap do not show that there is no difference: a paired comparison on the same rows can tell.
        """
        if not (self.first_interval and self.second_interval):
            return None
        (a, b), (c, d) = self.first_interval, self.second_interval
        return b < c or d < a


Pair = tuple[Mapping[str, Any], Mapping[str, Any]]


def compared(first: Version, second: Version, manifests: Pair = ({}, {})) -> list[Difference]:
    """Everything that two versions have, side by side; ``manifests`` are those of their packages, empty if gone."""
    return [*_metrics(first, second), *_made_from(first, second), *_packages(manifests)]


def _metrics(first: Version, second: Version) -> list[Difference]:
    return [
        MetricDifference(
            "metric", name, first.metrics.get(name), second.metrics.get(name),
            tuple(first.intervals.get(name, ())), tuple(second.intervals.get(name, ())),
        )
        for name in sorted({*first.metrics, *second.metrics})
    ]  # fmt: skip


def _made_from(first: Version, second: Version) -> list[Difference]:
    own = {name: (getattr(first, name), getattr(second, name)) for name in ("status", "package", "run", "created_at")}
    record = [Difference("version", name, *pair) for name, pair in own.items()]
    record += _each("tag", first.tags, second.tags)
    return record + _each("lineage", _flat(first.lineage), _flat(second.lineage))


def _packages(manifests: Pair) -> list[Difference]:
    first, second = (_parts(manifest) for manifest in manifests)
    return [item for group in first for item in _each(group, first[group], second[group])]


def _parts(manifest: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """What of a package is worth comparing, by group."""
    made = manifest.get("lineage", {})
    return {
        "model": {name: made[name] for name in ("estimator", "seed", "python") if name in made},
        "parameter": _flat(made.get("parameters", {})),
        "library": dict(made.get("libraries", {})),
        "feature": dict.fromkeys(manifest.get("features", ()), "used"),
        "view": {view["name"]: view for view in manifest.get("views", ())},
        "decision": {name: manifest[name] for name in ("threshold", "decision", "calibration") if name in manifest},
    }


def _each(group: str, first: Mapping[str, Any], second: Mapping[str, Any]) -> list[Difference]:
    names = sorted({*first, *second})
    return [Difference(group, name, first.get(name), second.get(name)) for name in names]


def _flat(found: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Nested documents by dotted names."""
    flat: dict[str, Any] = {}
    for name, value in found.items():
        flat |= _flat(value, f"{prefix}{name}.") if isinstance(value, Mapping) else {prefix + name: value}
    return flat
