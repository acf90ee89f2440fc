"""The one meaning of a feature, offline and online.

The value at time t of a window view with tile g and delay d covers, for a window w, the events with
``floor_g(t - d - w) <= event_time < t - d`` that were known at t; with d > 0 the upper end is floored to the tile too.
An event at exactly t does not count. An empty window has count 0, sum 0 and nothing else; all functions skip nulls.

The value of a latest-value view is that of the newest event before t, if it is not older than the view allows.

Columns are fixed point, ``floor(x * 10^decimals + 0.5)`` as 64-bit integers, so that sums do not depend on the order of
addition and offline and online agree to the last bit.
"""

import hashlib
import math
from bisect import bisect_left

from roost.domain.aggregates import OF_ONE
from roost.domain.entity_events import HALF, MICROS
from roost.domain.event_codec import EventColumns
from roost.domain.view_layout import COUNT, LAST, Recipe, ViewLayout

Values = dict[str, float | None]


def fixed_point(value: float, decimals: int) -> int:
    """A value in units of ``10^-decimals``, rounded half up."""
    return math.floor(value * 10.0**decimals + 0.5)


def text_number(text: str) -> int:
    """The 64-bit integer that stands for a text where values are counted: a digest, so that equal texts are equal."""
    digest = hashlib.md5(text.encode(), usedforsecurity=False).digest()
    return int.from_bytes(digest[:8], "big") - HALF


def microseconds(seconds: float) -> int:
    """A time in whole microseconds."""
    return round(seconds * MICROS)


def head(layout: ViewLayout, t: int) -> int:
    """The first microsecond after the windows at time t; both in microseconds since 1970."""
    delayed = t - layout.delay * MICROS
    return _floored(layout, delayed) if layout.delay else delayed


def tail(layout: ViewLayout, window: int, t: int) -> int:
    """The first microsecond of a window (in seconds) at time t; both in microseconds since 1970."""
    return _floored(layout, t - (layout.delay + window) * MICROS)


def first_in_reach(layout: ViewLayout, newest: int) -> int:
    """The first microsecond that a value at time ``newest`` or later can use; both in microseconds since 1970."""
    return tail(layout, layout.reach - layout.delay, newest)


def _floored(layout: ViewLayout, time: int) -> int:
    return time // (layout.tile * MICROS) * (layout.tile * MICROS) if layout.tile else time


def values(layout: ViewLayout, events: EventColumns, t: float) -> Values:
    """The features of one entity at time t (seconds since 1970); None where there is no such value.

    ``events`` are all that were known at t and that a window can reach.
    """
    now = microseconds(t)
    high = bisect_left(events.times, head(layout, now))
    lows = {window: bisect_left(events.times, tail(layout, window, now), 0, high) for window in layout.windows}
    value = _newest if layout.latest else _aggregate
    return {recipe.feature: value(recipe, events, lows[recipe.window], high) for recipe in layout.recipes}


def expired(layout: ViewLayout, events: EventColumns, t: float) -> bool:
    """Whether a latest-value view has a value at time t (seconds since 1970), but one that is too old to serve."""
    now = microseconds(t)
    high = bisect_left(events.times, now)
    return layout.latest and high > 0 and events.times[high - 1] < tail(layout, layout.windows[-1], now)


def _newest(recipe: Recipe, events: EventColumns, low: int, high: int) -> float | None:
    nulls = events.nulls[recipe.place] if low < high else ()
    if low == high or (nulls and nulls[high - 1]):
        return None
    return events.values[recipe.place][high - 1] / recipe.scale


def _aggregate(recipe: Recipe, events: EventColumns, low: int, high: int) -> float | None:
    if recipe.function == COUNT:
        return float(high - low)
    column, nulls = (events.values[recipe.place], events.nulls[recipe.place]) if events.values else ([], [])
    found = column[low:high]
    times = events.times[low:high] if recipe.function == LAST else []
    if nulls:
        found, times = _present(found, nulls[low:high]), _present(times, nulls[low:high])
    value = OF_ONE[recipe.function](found, times)
    return None if value is None else value / recipe.scale


def _present(column: list[int], nulls: list[int]) -> list[int]:
    return [value for value, null in zip(column, nulls, strict=False) if not null]
