"""Features by the words of their definition, one event after the other: slow, and independent of every fast way.

What ``windows``, ``aggregates`` and the SQL compute is checked against this, in the training pipeline on a sample.
"""

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

from roost.domain.entity_events import event_number
from roost.domain.view_layout import Aggregate, Stored, ViewLayout

MICROS = 1_000_000
TOLERANCE = 1e-9


class Known(NamedTuple):
    """A row of one entity: id of its event, when it happened and became known (microseconds), and raw columns."""

    event: str
    time: int
    known: int
    values: dict[str, Any]


def naive_features(
    layout: ViewLayout, rows: Sequence[Known], at: int, known_by: int | None = None
) -> dict[str, float | None]:
    """The features of one entity at a time, from all its rows whenever they became known.

    ``at`` and ``known_by``, until when a row must have been known (``at`` unless given), are microseconds since 1970.
    """
    events = _as_known(layout, rows, at if known_by is None else known_by)
    return {item.feature: _value(layout, item, events, at) for item in layout.aggregates}


def same_value(value: float | None, naive: float | None) -> bool:
    """Whether a value is that of the naive way, which adds in floating point; NaN stands for none."""
    if value is None or naive is None or math.isnan(value):
        return naive is None and (value is None or math.isnan(value))
    return math.isclose(value, naive, rel_tol=TOLERANCE, abs_tol=TOLERANCE)


def _as_known(layout: ViewLayout, rows: Sequence[Known], by: int) -> list[Known]:
    """Of each event the version that was known last at that time."""
    newest: dict[tuple[str, int], Known] = {}
    for row in rows:
        if row.known <= by:
            rival = newest.get((row.event, row.time))
            if rival is None or _later(layout, row) > _later(layout, rival):
                newest[row.event, row.time] = row
    return sorted(newest.values(), key=lambda row: (row.time, event_number(row.event, row.time)))


def _later(layout: ViewLayout, row: Known) -> tuple[Any, ...]:
    numbers = [_units(column, row.values[column.name]) for column in layout.columns]
    return (row.known, [(number is not None, number or 0) for number in numbers])


def _units(column: Stored, value: Any) -> int | None:
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return None
    return hash(value) if column.text else math.floor(float(value) * 10.0**column.decimals + 0.5)


def _value(layout: ViewLayout, item: Aggregate, events: Sequence[Known], at: int) -> float | None:
    inside = [event for event in events if _first(layout, item, at) <= event.time < _end(layout, at)]
    if item.function == "count":
        return float(len(inside))
    column = next(column for column in layout.columns if column.name == item.column)
    dated = [(event.time, _units(column, event.values[column.name])) for event in inside]
    scale = 10.0**column.decimals
    if item.function == "newest":
        newest = dated[-1][1] if dated else None
        return None if newest is None else newest / scale
    return _aggregated(item.function, _wanted(item.function, dated), scale)


def _wanted(function: str, dated: Sequence[tuple[int, int | None]]) -> list[int]:
    """The values that count: all that there are, or the largest of the newest."""
    present = [(time, value) for time, value in dated if value is not None]
    newest = [max(present)] if function == "last" and present else present
    return [value for _, value in newest]


def _first(layout: ViewLayout, item: Aggregate, at: int) -> int:
    window = layout.lookback if layout.latest else item.window
    return _floored(layout, at - (layout.delay + window) * MICROS)


def _end(layout: ViewLayout, at: int) -> int:
    return _floored(layout, at - layout.delay * MICROS) if layout.delay else at


def _floored(layout: ViewLayout, time: int) -> int:
    tile = layout.tile * MICROS
    return time - time % tile if tile else time


def _aggregated(function: str, found: Sequence[int], scale: float) -> float | None:
    if function in ("sum", "distinct"):
        return float(len(set(found))) if function == "distinct" else math.fsum(found) / scale
    if not found or (function == "stddev" and len(found) == 1):
        return None
    simple = {"mean": _mean(found), "min": min(found), "max": max(found), "last": found[-1]}
    return (simple[function] if function in simple else _deviation(found)) / scale


def _mean(found: Sequence[int]) -> float:
    return math.fsum(found) / len(found)


def _deviation(found: Sequence[int]) -> float:
    mean = _mean(found)
    return math.sqrt(math.fsum((value - mean) ** 2 for value in found) / (len(found) - 1))
