"""What a window view computes of the values in a window, for one entity and for many rows, to the last bit the same.

Values are integers in units of a column's last decimal place, so sums do not depend on their order. Nulls are skipped.
"""

import math
from collections.abc import Callable, Mapping, Sequence

import numpy as np
import numpy.typing as npt

Reals = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Parts = Mapping[str, Integers]

OfOne = Callable[[Sequence[int], Sequence[int]], float | None]
OfMany = Callable[[Parts], Reals]


def _sum(values: Sequence[int], _times: Sequence[int]) -> float:
    return float(sum(values))


def _mean(values: Sequence[int], _times: Sequence[int]) -> float | None:
    return float(sum(values)) / len(values) if values else None


def _minimum(values: Sequence[int], _times: Sequence[int]) -> float | None:
    return float(min(values)) if values else None


def _maximum(values: Sequence[int], _times: Sequence[int]) -> float | None:
    return float(max(values)) if values else None


def _last(values: Sequence[int], times: Sequence[int]) -> float | None:
    return float(max(zip(times, values, strict=True))[1]) if values else None


def _distinct(values: Sequence[int], _times: Sequence[int]) -> float:
    return float(len(set(values)))


def _deviation(values: Sequence[int], _times: Sequence[int]) -> float | None:
    count = len(values)
    if count < 2:
        return None
    total = sum(values)
    return math.sqrt((count * sum(value * value for value in values) - total * total) / (count * (count - 1)))


OF_ONE: Mapping[str, OfOne] = {
    "sum": _sum, "mean": _mean, "min": _minimum, "max": _maximum, "last": _last, "distinct": _distinct,
    "stddev": _deviation,
}  # fmt: skip
"""Of one entity's values and their times, in the column's units; None where there is no such value."""


def _where_any(parts: Parts, found: Reals) -> Reals:
    return np.where(parts["count"] > 0, found, np.nan)


def _many_means(parts: Parts) -> Reals:
    counts = np.maximum(parts["count"], 1)
    return _where_any(parts, parts["sum"].astype(np.float64) / counts)


def _many_deviations(parts: Parts) -> Reals:
    """By exact integers, as for one: a difference of large squares in floating point would be noise."""
    counts, totals = parts["count"].astype(object), parts["sum"].astype(object)
    squares = parts["squares_high"].astype(object) * HIGH + parts["squares_low"].astype(object)
    several = counts > 1
    divisor = np.where(several, counts * (counts - 1), 1)
    variance = ((counts * squares - totals * totals) / divisor).astype(np.float64)
    return np.where(several.astype(bool), np.sqrt(np.maximum(variance, 0.0)), np.nan)


HIGH = 1 << 62  # sums of squares come in two halves: high * HIGH + low

OF_MANY: Mapping[str, OfMany] = {
    "sum": lambda parts: parts["sum"].astype(np.float64),
    "mean": _many_means,
    "min": lambda parts: _where_any(parts, parts["min"].astype(np.float64)),
    "max": lambda parts: _where_any(parts, parts["max"].astype(np.float64)),
    "last": lambda parts: _where_any(parts, parts["last"].astype(np.float64)),
    "distinct": lambda parts: parts["distinct"].astype(np.float64),
    "stddev": _many_deviations,
}
"""Of many rows at once, from the integers in ``PARTS``, each of shape (rows,); NaN where there is no such value."""

PARTS: Mapping[str, tuple[str, ...]] = {
    "sum": ("sum",), "mean": ("count", "sum"), "min": ("count", "min"), "max": ("count", "max"),
    "last": ("count", "last"), "distinct": ("distinct",), "stddev": ("count", "sum", "squares_high", "squares_low"),
}  # fmt: skip
"""What each function needs to know of a column in a window."""
