"""``entity_events.merged`` for arrays: one account of the many events that lie in a main item and its segments."""

from collections.abc import Sequence

import numpy as np

from roost.domain.event_codec import EventArrays, EventColumns, Integers


def united(accounts: Sequence[EventArrays]) -> EventArrays:
    """All events by time and id, of an event's versions the one that ``merged`` takes.

    An id belongs to one time, as ``event_number`` makes it.
    """
    every = EventArrays(
        *(np.concatenate(parts) for parts in zip(*(vars(one).values() for one in accounts), strict=True))
    )
    if (np.diff(every.times) > 0).all():
        return every
    ordered = _taken(every, np.lexsort((every.ids, every.times)))
    again = (np.diff(ordered.times) == 0) & (np.diff(ordered.ids) == 0)
    return _last_versions(every) if again.any() else ordered


def _last_versions(every: EventArrays) -> EventArrays:
    cells = [key for nulls, values in zip(every.nulls.T, every.values.T, strict=True) for key in (1 - nulls, values)]
    ranked = _taken(every, np.lexsort((*reversed(cells), every.known, every.ids, every.times)))
    other = (np.diff(ranked.times) != 0) | (np.diff(ranked.ids) != 0)
    return _taken(ranked, np.flatnonzero(np.append(other, True)))


def _taken(events: EventArrays, places: Integers) -> EventArrays:
    return EventArrays(*(array[places] for array in vars(events).values()))


def since(events: EventArrays, first: int) -> EventArrays:
    """The events from ``first`` (microseconds since 1970) on; ``events`` are ordered by time."""
    start = int(np.searchsorted(events.times, first))
    return EventArrays(*(array[start:] for array in vars(events).values()))


def as_columns(events: EventArrays) -> EventColumns:
    """The same as lists, as scoring reads it."""
    nulls = [column.tolist() if column.any() else [] for column in events.nulls.T]
    return EventColumns(events.times.tolist(), [column.tolist() for column in events.values.T], nulls)


def same(one: EventArrays, other: EventArrays) -> bool:
    """Whether both hold the same events in the same versions."""
    return all(map(np.array_equal, vars(one).values(), vars(other).values()))
