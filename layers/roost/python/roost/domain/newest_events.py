"""The newest event of an entity before each of many times, by binary search.

Entities are numbers, so that (entity, time) is one sorted array of integers. NumPy sorts 16-bit integers by radix
(``numpy.sort``, notes on ``kind``), so events that come in the order of time are put by entity in linear time.
"""

from collections.abc import Callable, Iterator
from typing import NamedTuple, Self

import numpy as np
import numpy.typing as npt

Integers = npt.NDArray[np.int64]
Booleans = npt.NDArray[np.bool_]

DIGIT = 16
LARGEST = 1 << 62


class Newest(NamedTuple):
    """Arrays of shape (questions,): the event's index, -1 where there is none; whether others share its instant."""

    event: Integers
    tied: Booleans


class Timeline:
    """Events in the order of entity and time: ``order`` their indices, ``places`` entity and time as one number."""

    def __init__(self, clock: "Clock", order: Integers, places: Integers) -> None:
        self._clock, self._order, self._places = clock, order, places
        self._last = int(places[-1]) // clock.steps

    @classmethod
    def of(cls, entities: Integers, times: Integers) -> Self | None:
        """The timeline of at least one event; None if entities and times do not fit into 64 bits together.

        Args:
            entities: which entity each event is of, a number from 0 on, (events,).
            times: when each happened, (events,); quickest where they come in order.
        """
        count = int(entities.max()) + 1
        clock = next((clock for clock in _clocks(times) if clock.steps * (count + 1) < LARGEST), None)
        if clock is None:
            return None
        order = _by_entity(entities) if _ascending(times) else _by_entity_and_time(entities, times)
        return cls(clock, order, (entities * clock.steps + clock.tick(times))[order])

    def before(self, entities: Integers, times: Integers) -> Newest:
        """The newest event before each time; a negative entity has none. Arrays of shape (questions,)."""
        entities = np.where(entities <= self._last, entities, -1)  # further ones might not fit into 64 bits
        near = _by_entity(np.maximum(entities, 0))  # neighbours look where the cache is warm
        begins = entities[near] * self._clock.steps
        found = np.searchsorted(self._places, begins + self._clock.tick(times[near])) - 1
        place, earlier = self._places[found], self._places[np.maximum(found - 1, 0)]
        ours = (found >= 0) & (place >= begins) & (begins >= 0)
        event, tied = np.empty_like(found), np.empty(len(found), np.bool_)
        event[near] = np.where(ours, self._order[found], -1)
        tied[near] = ours & (found > 0) & (place == earlier)
        return Newest(event, tied)


class Clock(NamedTuple):
    """Times as small numbers: an event happened before a time if and only if its tick is less than the time's."""

    tick: Callable[[Integers], Integers]
    steps: int


def _clocks(times: Integers) -> Iterator[Clock]:
    """Microseconds since the first event; or, in fewer steps, how many events happened before."""
    first, steps = times.min(), int(times.max()) - int(times.min()) + 2
    yield Clock(lambda asked: np.clip(asked, first, first + steps - 1) - first, steps)
    instants = np.sort(times)
    yield Clock(lambda asked: np.searchsorted(instants, asked), len(times) + 1)


def _ascending(times: Integers) -> bool:
    return bool((times[1:] >= times[:-1]).all())


def _by_entity_and_time(entities: Integers, times: Integers) -> Integers:
    order = np.argsort(times, kind="stable")
    return order[_by_entity(entities[order])]


def _by_entity(entities: Integers) -> Integers:
    """Indices that sort, equal ones in their order, 16 bits at a time."""
    most = int(entities.max(initial=0))
    order = np.argsort(entities.astype(np.uint16), kind="stable")
    for shift in range(DIGIT, most.bit_length(), DIGIT):
        order = order[np.argsort((entities[order] >> shift).astype(np.uint16), kind="stable")]
    return order
