"""The events of one entity in one view, and how two accounts of them become one.

An account is a set of events by id; of two versions of one event, the one that became known later counts. So merging is
commutative, associative and idempotent (a state-based CRDT: Shapiro et al., "Conflict-free Replicated Data Types",
2011): events may arrive late, twice, out of order or by two writers at once, and the account is the same.
"""

import hashlib
from collections.abc import Iterable
from typing import NamedTuple

MICROS = 1_000_000
HALF = 1 << 63


class Event(NamedTuple):
    """One event.

    Attributes:
        time: when it happened, microseconds since 1970.
        id: what tells it from others, see ``event_number``.
        known: when it, or this version of it, became known, microseconds since 1970; never before ``time``.
        values: the view's columns in fixed point, None for null.
    """

    time: int
    id: int
    known: int
    values: tuple[int | None, ...]


def event_number(identifier: str, time: int) -> int:
    """64 bits of a digest of an event's id and time, as a signed integer.

    Two events of an entity share a number with a probability of n^2 / 2^65: 10^-11 for 20,000 events.
    """
    digest = hashlib.md5(f"{identifier}@{time}".encode(), usedforsecurity=False).digest()
    return int.from_bytes(digest[:8], "big") - HALF


def merged(*accounts: Iterable[Event]) -> list[Event]:
    """One account of all events, by time and id; of an event's versions the one that became known last.

    Of versions that became known at once, the one with the larger values counts, null being the smallest.
    """
    newest: dict[int, Event] = {}
    for event in (event for account in accounts for event in account):
        rival = newest.get(event.id)
        if rival is None or _rank(event) > _rank(rival):
            newest[event.id] = event
    return sorted(newest.values(), key=lambda event: event[:2])


def unknown(events: Iterable[Event], held: Iterable[Event]) -> list[Event]:
    """The events of which ``held`` has neither this version nor a later one."""
    best = {event.id: _rank(event) for event in merged(held)}
    return [event for event in events if event.id not in best or best[event.id] < _rank(event)]


def _rank(event: Event) -> tuple[object, ...]:
    return (event.known, tuple((value is not None, value or 0) for value in event.values))


def reachable(events: list[Event], first: int, instants: int | None) -> list[Event]:
    """The events that a later value can still use: from ``first`` (microseconds) on, of the newest instants only."""
    recent = [event for event in events if event.time >= first]
    if instants is None:
        return recent
    newest = sorted({event.time for event in recent})[-instants:]
    return [event for event in recent if event.time >= newest[0]] if newest else []
