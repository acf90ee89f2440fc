"""What is counted of predictions: whole numbers that can be added, so that neither order nor grouping matters."""

import json
import zlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from roost.domain.categories import code_table
from roost.domain.feature_vector import FeaturePlan, vectors
from roost.domain.profile import Bins
from roost.domain.reference_bins import bins_in, counts_in
from roost.domain.segment_names import binned, words

Counts = dict[str, Any]  # of one segment: numbers, lists of numbers in bins, and counts by name
Segments = dict[str, Counts]
Rows = npt.NDArray[np.intp]

ALL = ""  # the segment of every prediction
RANKS = 20
MICROS = 1_000_000


@dataclass(frozen=True)
class Reference:
    """How the predictions of one version are counted, as its package says; one without bins has no features."""

    plan: FeaturePlan
    features: Mapping[str, Bins]
    score: Bins | None
    segments: tuple[Mapping[str, Any], ...] = ()

    @classmethod
    def from_manifest(cls, manifest: Mapping[str, Any]) -> "Reference":
        """The reference of a package; packages made before there were bins have none."""
        stored = manifest.get("reference_bins", {})
        return cls(
            plan=FeaturePlan.from_manifest(manifest),
            features={name: bins_in(entry) for name, entry in stored.get("features", {}).items()},
            score=bins_in(stored["score"]) if stored else None,
            segments=tuple(stored.get("segments", ())),
        )


def counted(reference: Reference, records: Sequence[Mapping[str, Any]]) -> Segments:
    """Counts of predictions of one version, of all of them and by segment; a record is as the log holds it."""
    matrix = _matrix(reference.plan, records)
    groups = {ALL: np.arange(len(records))}
    for segment in reference.segments:
        names = _named(segment, reference.plan, records, matrix)
        groups |= {f"{segment['name']}={name}": np.flatnonzero(names == name) for name in np.unique(names)}
    return {name: _counts(reference, records, matrix, rows) for name, rows in groups.items()}


def added(one: Any, other: Any) -> Any:
    """The sum of two counts of the same kind: numbers, lists of equal length, or either by name.

    Raises:
        ValueError: two lists differ in length: they were counted in other bins.
    """
    if isinstance(one, dict):
        return {
            name: added(one[name], other[name]) if name in one and name in other else one.get(name, other.get(name))
            for name in sorted({*one, *other})
        }
    if isinstance(one, list):
        return [a + b for a, b in zip(one, other, strict=True)]
    return one + other


def packed(counts: Segments) -> bytes:
    """Counts as bytes; equal ones give equal bytes."""
    return zlib.compress(json.dumps(counts, sort_keys=True, separators=(",", ":")).encode(), 6)


def unpacked(body: bytes) -> Segments:
    """The counts in bytes that ``packed`` made."""
    found: Segments = json.loads(zlib.decompress(body))
    return found


def _matrix(plan: FeaturePlan, records: Sequence[Mapping[str, Any]]) -> npt.NDArray[np.float32]:
    """The features as the model saw them, (rows, features), by the function that scoring calls."""
    rows = [[record["inputs"].get(name) for name in plan.inputs] for record in records]
    return vectors(plan, np.array(rows, dtype=np.float64).T)


def _named(
    segment: Mapping[str, Any], plan: FeaturePlan, records: Sequence[Mapping[str, Any]], matrix: Any
) -> npt.NDArray[Any]:
    column = segment["column"]
    if column in plan.features:
        values = matrix[:, plan.features.index(column)].astype(np.float64)
    else:
        asked = [record["request"].get(column) for record in records]
        codes = code_table(segment["categories"])
        values = np.array([codes.get(one, np.nan) if isinstance(one, str) else one for one in asked], dtype=np.float64)
    return binned(values, segment["edges"]) if segment["edges"] else words(values, segment["categories"])


def _counts(reference: Reference, records: Sequence[Mapping[str, Any]], matrix: Any, rows: Rows) -> Counts:
    chosen = [records[row] for row in rows]
    scores = np.array([record["score"] for record in chosen], dtype=np.float32)
    features = {
        name: counts_in(bins, matrix[rows, reference.plan.features.index(name)])
        for name, bins in reference.features.items()
    }
    return {
        "rows": len(chosen),
        "ranks": _ranks(chosen),
        "score_micros": sum(_micros(record) for record in chosen),
        "score": counts_in(reference.score, scores) if reference.score else [],
        "decisions": _decisions(chosen),
        "defaulted": _by_name(record.get("defaulted", ()) for record in chosen),
        "missing": _by_name([name for name, one in record["inputs"].items() if one is None] for record in chosen),
        "features": features,
    }


def _ranks(records: Sequence[Mapping[str, Any]]) -> list[int]:
    places = [min(int(record["rank"] * RANKS), RANKS - 1) for record in records if "rank" in record]
    counts: list[int] = np.bincount(np.array(places, dtype=np.intp), minlength=RANKS).tolist()
    return counts


def _by_name(named: Iterable[Iterable[str]]) -> dict[str, int]:
    return dict(Counter(name for names in named for name in names))


def _decisions(records: Sequence[Mapping[str, Any]]) -> dict[str, list[int]]:
    """By decision, or by predicted class, how many and the sum of their scores in millionths."""
    rows: Counter[str] = Counter()
    micros: Counter[str] = Counter()
    for record in records:
        name = str(record.get("decision", record.get("prediction", "")))
        rows[name] += 1
        micros[name] += _micros(record)
    return {name: [rows[name], micros[name]] for name in rows}


def _micros(record: Mapping[str, Any]) -> int:
    return round(float(record["score"]) * MICROS)
