"""The bootstrap (Efron, 1979): how far a number measured on these rows would move on other rows like them.

One stream of resamples serves every number, so numbers can be compared resample by resample: the difference of two
models on the same resamples is the paired bootstrap. Where rows of one entity depend on each other, whole entities are
drawn (the cluster bootstrap; Davison and Hinkley, "Bootstrap Methods and their Application", 1997, section 3.8).
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Vector = npt.NDArray[np.float64]
Numbers = npt.NDArray[np.intp]
Estimator = Callable[[Vector], tuple[float, ...]]


@dataclass(frozen=True)
class Resampling:
    """How rows are drawn: how often, from which seed, and the number of each row's cluster (rows,), None for rows."""

    rows: int
    resamples: int
    seed: int
    cluster: Numbers | None = None

    def weights(self) -> Iterator[Vector]:
        """How often each row was drawn, float64 of shape (rows,), once for each resample."""
        units = self.rows if self.cluster is None else int(self.cluster.max()) + 1
        random = np.random.default_rng(self.seed)
        for _ in range(self.resamples):
            drawn = np.bincount(random.integers(0, units, units), minlength=units).astype(np.float64)
            yield drawn if self.cluster is None else drawn[self.cluster]


def clusters(column: npt.NDArray[np.generic]) -> Numbers:
    """Number of each row's cluster, from 0, of a column that names it."""
    numbers: Numbers = np.unique(column, return_inverse=True)[1].astype(np.intp)
    return numbers


def draws(plan: Resampling, estimators: Mapping[str, Estimator]) -> dict[str, Vector]:
    """Every estimator's numbers in every resample, by its name: float64 of shape (resamples, numbers)."""
    found: dict[str, list[tuple[float, ...]]] = {name: [] for name in estimators}
    for weights in plan.weights():
        for name, estimate in estimators.items():
            found[name].append(estimate(weights))
    return {name: np.array(rows, dtype=np.float64) for name, rows in found.items()}


def interval(drawn: Vector, level: float) -> tuple[float, float]:
    """The percentile interval: between these bounds lies the share ``level`` (0 to 1) of the resamples."""
    tail = (1 - level) / 2
    return bound(drawn, tail), bound(drawn, 1 - tail)


def bound(drawn: Vector, share: float) -> float:
    """The number below which this share of the resamples lies; those that lack the number are left out."""
    known = drawn[~np.isnan(drawn)]
    return float(np.quantile(known, share)) if known.size else float("nan")


def probability_below(drawn: Vector, value: float) -> float:
    """Share of resamples below a value, those at it counting half."""
    known = drawn[~np.isnan(drawn)]
    return float(np.mean(known < value) + np.mean(known == value) / 2) if known.size else float("nan")
