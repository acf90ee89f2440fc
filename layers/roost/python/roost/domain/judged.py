"""What was measured on the holdout: numbers with their resamples, side by side."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from roost.domain.evaluation import oriented
from roost.domain.resampling import Estimator, Resampling, bound, draws, probability_below

Vector = npt.NDArray[np.float64]

MIRRORED = frozenset({"calibration_error"})  # resampling itself makes it larger


@dataclass(frozen=True)
class Number:
    """A metric's value on the holdout and in each resample (resamples,); None where it was not resampled."""

    metric: str
    value: float
    drawn: Vector | None = None

    def bound(self, share: float) -> float | None:
        """End of the one-sided interval with this share (0 to 1) below it: percentile, or basic where mirrored.

        The basic interval mirrors the resamples at the value, because for a calibration error they all lie above it; it
        is stretched to hold the value.
        """
        if self.drawn is None:
            return None
        if self.metric in MIRRORED:
            mirrored = max(2 * self.value - bound(self.drawn, 1 - share), 0.0)
            return max(mirrored, self.value) if share >= 0.5 else min(mirrored, self.value)
        return bound(self.drawn, share)

    def interval(self, level: float) -> tuple[float, float] | None:
        """The two-sided interval; None where the number was not resampled."""
        low, high = self.bound((1 - level) / 2), self.bound((1 + level) / 2)
        return None if low is None or high is None else (low, high)


@dataclass(frozen=True)
class Difference:
    """This model less another on the same rows and the same resamples, turned so that more is better."""

    metric: str
    value: float
    drawn: Vector

    def lower(self, level: float) -> float:
        """The one-sided lower bound at ``level``."""
        return bound(self.drawn, 1 - level)

    def summary(self, level: float) -> dict[str, float]:
        """Difference, two-sided interval and share of the resamples in which this model is the worse one."""
        tail = (1 - level) / 2
        return {
            "difference": self.value,
            "low": bound(self.drawn, tail),
            "high": bound(self.drawn, 1 - tail),
            "probability_worse": probability_below(self.drawn, 0.0),
        }


Numbers = Mapping[str, Number]


@dataclass(frozen=True)
class JudgedGroup:
    """One group of a slice: its support and its numbers, and the metrics in which it is surely below the whole."""

    slice: str
    group: str
    rows: int
    positives: int | None
    numbers: Numbers
    worse: tuple[str, ...] = ()


@dataclass(frozen=True)
class Judged:
    """Everything that gates read. ``champion`` is None without one that scores these rows; ``why_none`` says why."""

    numbers: Numbers
    baseline: Numbers = field(default_factory=dict)
    champion: Numbers | None = None
    why_none: str = "there is no champion yet"
    groups: Sequence[JudgedGroup] = ()
    behaviours: Sequence[Mapping[str, Any]] = ()
    measured: Mapping[str, float] = field(default_factory=dict)


def difference(metric: str, ours: Numbers, theirs: Numbers) -> Difference | None:
    """The paired difference of a metric; None if either side lacks it or its resamples."""
    if metric not in ours or metric not in theirs:
        return None
    mine, other = ours[metric], theirs[metric]
    if mine.drawn is None or other.drawn is None:
        return None
    sign = oriented(metric, 1.0)
    return Difference(metric, sign * (mine.value - other.value), sign * (mine.drawn - other.drawn))


@dataclass(frozen=True)
class Measure:
    """Metrics that one estimator gives at once, in its order."""

    metrics: tuple[str, ...]
    estimate: Estimator


def measure(plan: Resampling, measures: Mapping[str, Measure]) -> dict[str, dict[str, Number]]:
    """The numbers of each measure, by its name, on all rows and in every resample; a metric that is NaN is left out."""
    drawn = draws(plan, {name: measure.estimate for name, measure in measures.items()})
    whole = np.ones(plan.rows)
    return {
        name: {
            metric: Number(metric, float(value), drawn[name][:, place])
            for place, (metric, value) in enumerate(zip(measure.metrics, measure.estimate(whole), strict=True))
            if not np.isnan(value)
        }
        for name, measure in measures.items()
    }
