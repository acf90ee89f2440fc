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

from roost.domain.tile_state import EMPTY, Integers, StoredTiles, TileState, pack, unpack
from roost.domain.view_layout import Aggregate, Recipe, ViewLayout

__all__ = [
    "EMPTY",
    "Aggregate",
    "StoredTiles",
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


def values(layout: ViewLayout, tiles: StoredTiles, t: float) -> dict[str, float | None]:
    """The features of one entity at time t (seconds since 1970); None where there is no mean.

    ``tiles`` hold the events that were known at t: the tile that t lies in counts as a whole.
    """
    high = bisect_left(tiles.starts, head_tile(layout, t))
    lows = {window: bisect_left(tiles.starts, tail_tile(layout, window, t)) for window in layout.windows}
    found = {window: _totals(tiles, min(low, high), high) for window, low in lows.items()}
    return {feature: _value(how, *found[window]) for feature, window, how in layout.recipe}


def _totals(tiles: StoredTiles, low: int, high: int) -> tuple[int, list[tuple[int, int]]]:
    """Events of the tiles from low to high, and for each column the number of values and their sum."""
    events, width = sum(tiles.events[low:high]), tiles.columns
    nulls, sums = tiles.nulls[low * width : high * width], tiles.sums[low * width : high * width]
    return events, [(events - sum(nulls[place::width]), sum(sums[place::width])) for place in range(width)]


def _value(how: Recipe, events: int, columns: list[tuple[int, int]]) -> float | None:
    function, place, scale = how
    if function == "count":
        return float(events)
    count, total = columns[place] if columns else (0, 0)
    if function == "sum":
        return total / scale
    return total / scale / count if count else None


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
