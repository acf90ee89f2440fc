"""What a shadow shows: where it agrees with the version that serves, and what it would have decided otherwise."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

Vector = npt.NDArray[np.float64]

EXAMPLES = 10
PERCENTILES = (50, 90, 99)


@dataclass(frozen=True)
class ShadowScore:
    """One prediction scored by both; latencies in milliseconds: of live the whole answer, of the shadow the scoring.

    ``live_latency`` is None where it was not logged.
    """

    prediction: str
    at: int
    live: float
    shadow: float
    live_decision: str
    shadow_decision: str
    live_latency: float | None
    shadow_latency: float
    inputs: Mapping[str, float | None] = field(default_factory=dict)

    @property
    def differs(self) -> bool:
        """Whether the two decided differently."""
        return self.live_decision != self.shadow_decision


@dataclass(frozen=True)
class Judged:
    """Of the decisions that differ and whose outcome is known: how many each version had right."""

    known: int
    live_right: int
    shadow_right: int


def shadow_report(scores: Sequence[ShadowScore], outcomes: Mapping[str, float], positive: str) -> dict[str, Any]:
    """Counts and distances over scores of both versions; None where there is nothing to tell it from.

    ``positive`` is the decision that is right where the outcome is 1; empty where the model decides nothing.
    """
    if not scores:
        return {"scored": 0}
    live, shadow = (np.array([getattr(one, name) for one in scores]) for name in ("live", "shadow"))
    different = [one for one in scores if one.differs]
    return {
        "scored": len(scores),
        "agreement": 1 - len(different) / len(scores) if positive else None,
        "mean_difference": float(np.mean(shadow - live)),
        "mean_distance": float(np.mean(np.abs(shadow - live))),
        "rank_correlation": rank_correlation(live, shadow),
        "ks": kolmogorov_smirnov(live, shadow),
        "latency": {
            "live": _percentiles([one.live_latency for one in scores]),
            "shadow": _percentiles([one.shadow_latency for one in scores]),
        },
        "decided_differently": len(different),
        "changes": _changes(different),
        "judged": vars(judged(different, outcomes, positive)),
        "examples": [vars(one) for one in sorted(different, key=_distance, reverse=True)[:EXAMPLES]],
    }


def rank_correlation(a: Vector, b: Vector) -> float | None:
    """Spearman's correlation, ties by their mean rank; None where one of them has a single value."""
    first, second = ranks(a), ranks(b)
    if np.ptp(first) == 0 or np.ptp(second) == 0:
        return None
    return float(np.corrcoef(first, second)[0, 1])


def ranks(values: Vector) -> Vector:
    """The rank of each value, equal values sharing the mean of theirs."""
    _, place, counts = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    means: Vector = (last - (counts - 1) / 2)[place]
    return means


def kolmogorov_smirnov(a: Vector, b: Vector) -> float:
    """The largest distance between the two distributions of scores, 0 to 1."""
    at = np.concatenate([a, b])
    shares = [np.searchsorted(np.sort(each), at, side="right") / len(each) for each in (a, b)]
    return float(np.max(np.abs(shares[0] - shares[1])))


def judged(different: Sequence[ShadowScore], outcomes: Mapping[str, float], positive: str) -> Judged:
    """Who was right where they differ. Where more than two decisions exist, both may be wrong."""
    known = [one for one in different if one.prediction in outcomes]
    right = [(outcomes[one.prediction] >= 0.5, one) for one in known]
    live = sum((one.live_decision == positive) == truth for truth, one in right)
    shadow = sum((one.shadow_decision == positive) == truth for truth, one in right)
    return Judged(len(known), live, shadow)


def _changes(different: Sequence[ShadowScore]) -> dict[str, int]:
    names = [f"{one.live_decision} -> {one.shadow_decision}" for one in different]
    return {name: names.count(name) for name in sorted(set(names))}


def _percentiles(values: Sequence[float | None]) -> dict[str, float | None]:
    known = [value for value in values if value is not None]
    if not known:
        return {f"p{percent}": None for percent in PERCENTILES}
    found = np.percentile(np.array(known), PERCENTILES).tolist()
    return {f"p{percent}": round(value, 3) for percent, value in zip(PERCENTILES, found, strict=True)}


def _distance(one: ShadowScore) -> float:
    return abs(one.shadow - one.live)
