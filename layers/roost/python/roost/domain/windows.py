"""The one meaning of a window feature, offline and online.

The value at time t of a view with tile g and delay d covers, for a window w, the events with
``floor_g(t - d - w) <= event_time < t - d``; with d > 0 the upper end is floored to the tile too. An event at exactly t
does not count. An empty window has count 0, sum 0 and no mean; sums and means skip nulls.

A summed column is fixed point, ``floor(x * 10^decimals + 0.5)`` as a 64-bit integer, so that sums do not depend on the
order of addition and offline and online agree to the last bit.
"""

import math
from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from roost.domain.tile_state import EMPTY, Integers, TileState, pack, unpack
from roost.domain.view_layout import Aggregate, ViewLayout

__all__ = [
    "EMPTY",
    "Aggregate",
    "TileState",
    "ViewLayout",
    "WindowTotals",
    "feature_columns",
    "fixed_point",
    "pack",
    "tail_tile",
    "unpack",
    "values",
]

Reals = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class WindowTotals:
    """What one window holds for each of many rows: events (rows,), and non-null counts and sums by column."""

    events: Integers
    counts: Mapping[str, Integers]
    sums: Mapping[str, Integers]


def fixed_point(column: Reals, decimals: int) -> Integers:
    """Values as units of ``10^-decimals``, rounded half up."""
    return np.floor(column * 10.0**decimals + 0.5).astype(np.int64)


def head_tile(layout: ViewLayout, t: float) -> int:
    """Index of the first tile after the windows at time t (seconds since 1970)."""
    if layout.delay:
        return math.floor(t - layout.delay) // layout.tile
    return -(-math.ceil(t) // layout.tile)


def tail_tile(layout: ViewLayout, window: int, t: float) -> int:
    """Index of the first tile within a window at time t (seconds since 1970)."""
    return math.floor(t - layout.delay - window) // layout.tile


def values(layout: ViewLayout, state: TileState, t: float) -> dict[str, float | None]:
    """The features of one entity at time t (seconds since 1970); None where there is no mean.

    ``state`` holds the events that were known at t: the tile that t lies in counts as a whole.
    """
    starts = state.starts.tolist()
    high = bisect_left(starts, head_tile(layout, t))
    spans = {w: (min(bisect_left(starts, tail_tile(layout, w, t)), high), high) for w in layout.windows}
    events = _before(state.events)
    columns = {
        name: (_before(state.counts[:, place]), _before(state.sums[:, place]), 10.0**decimals)
        for place, (name, decimals) in enumerate(layout.columns if starts else ())
    }
    return {item.feature: _value(item, spans[item.window], events, columns) for item in layout.aggregates}


def _before(amounts: Integers) -> list[int]:
    """Running totals: the sum of the first n amounts at n."""
    return [0, *amounts.cumsum().tolist()]


def _value(
    item: Aggregate, span: tuple[int, int], events: list[int], columns: Mapping[str, tuple[list[int], list[int], float]]
) -> float | None:
    low, high = span
    if item.column is None:
        return float(events[high] - events[low])
    if low == high:
        return 0.0 if item.function == "sum" else None
    counts, sums, scale = columns[item.column]
    total = (sums[high] - sums[low]) / scale
    if item.function == "sum":
        return total
    count = counts[high] - counts[low]
    return total / count if count else None


def feature_columns(layout: ViewLayout, totals: Mapping[int, WindowTotals]) -> dict[str, Reals]:
    """The features of many rows, float64 of shape (rows,), NaN where there is no mean; ``totals`` by window."""
    decimals = dict(layout.columns)
    return {item.feature: _column(item, totals[item.window], decimals) for item in layout.aggregates}


def _column(item: Aggregate, totals: WindowTotals, decimals: Mapping[str, int]) -> Reals:
    if item.column is None:
        return totals.events.astype(np.float64)
    total = totals.sums[item.column] / 10.0 ** decimals[item.column]
    if item.function == "sum":
        return total
    count = totals.counts[item.column]
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)
