"""An account as its writers know it: the events of its main item, and what that says of segments.

The whole is the union of both by id, so that a writer need not read segments: an event that comes late, again or
corrected goes into the main item, and whoever reads takes the version that became known last.
"""

from collections.abc import Container, Iterable
from typing import NamedTuple

from roost.domain.entity_events import Event, merged, reachable
from roost.domain.event_codec import pack, unpack
from roost.domain.segments import Segment, with_segments, without_segments
from roost.domain.view_layout import ViewLayout
from roost.domain.windows import first_in_reach


class Account(NamedTuple):
    """Events of a main item, ordered by time and id, and the segments that it lists."""

    events: list[Event]
    segments: tuple[Segment, ...] = ()


def opened(payload: bytes) -> Account:
    """The account in a main item's payload. Raises ``ValueError`` as ``unpack``."""
    segments, own = without_segments(payload)
    return Account(unpack(own), segments)


def closed(account: Account, columns: int) -> bytes:
    """The payload of a main item; equal accounts give equal bytes."""
    return with_segments(pack(account.events, columns), account.segments)


def united(one: Account, other: Account) -> Account:
    """All that two accounts know: commutative, associative and idempotent as ``merged`` is."""
    return Account(merged(one.events, other.events), tuple(sorted({*one.segments, *other.segments})))


def without(account: Account, obsolete: Container[Segment]) -> Account:
    """The account without some of its segments."""
    return account._replace(segments=tuple(segment for segment in account.segments if segment not in obsolete))


def within_reach(layout: ViewLayout, account: Account) -> Account:
    """What a later value can still use: events and segments as ``entity_events.reachable`` says."""
    last = [event.time for event in account.events[-1:]] + [segment.last for segment in account.segments]
    if not last:
        return account
    first = first_in_reach(layout, max(last))
    segments = tuple(segment for segment in account.segments if segment.last >= first)
    return Account(reachable(account.events, first, layout.instants), segments)


def overlapping(segments: Iterable[Segment], events: list[Event]) -> list[Segment]:
    """The segments that may hold versions of some events, which are ordered by time: a version keeps its time."""
    return [one for one in segments if events and one.first <= events[-1].time and one.last >= events[0].time]
