"""How an account that is too large for one item is cut: its newest events in a main item, others in segments.

A segment is an item that never changes: a payload of events under a name made of their digest. The payload of a main
item that lists segments is a format byte, their number, for each first and last event time, number of events and
digest, and then the payload of its own events; without segments it is that payload alone.
"""

import hashlib
import struct
from collections.abc import Iterable
from typing import NamedTuple

SEALED = b"\3"  # one more than the format of events: code that knows no segments refuses what it would misread
HEAD = struct.Struct("<cI")
ENTRY = struct.Struct("<qqI16s")

EVENT_BYTES, COLUMN_BYTES = 28, 9  # at most: gap, microseconds, lag and id of an event; value and null of a column
MAIN_BYTES = 2_000 * (EVENT_BYTES + COLUMN_BYTES)


class Segment(NamedTuple):
    """What a main item says of a segment: its events' first and last time (microseconds since 1970), and how many."""

    first: int
    last: int
    events: int
    digest: bytes


def most_events(columns: int) -> int:
    """How many events of a view with so many columns a main item holds: 2,000 of one column, fewer of more.

    A write is billed by the kilobyte and rewrites the main item, so that a smaller bound makes writes cheaper; a read
    of more than that takes a second request, so that a larger one makes more reads quick. Uncompressed, events up to
    the bound take 72 KB at most, and those of one column some 40 KB in fact.
    """
    return MAIN_BYTES // (EVENT_BYTES + COLUMN_BYTES * columns)


def kept(most: int) -> int:
    """How many events stay in a main item when it is sealed: a batch that is delivered again mostly meets itself."""
    return max(1, most // 4)


def pieces(count: int, most: int) -> list[slice]:
    """Cuts so many events into segments of about ``most - kept(most)``; none if they are less than half of one."""
    number = round(count / (most - kept(most)))
    return [slice(count * place // number, count * (place + 1) // number) for place in range(number)]


def digest_of(payload: bytes) -> bytes:
    """128 bits that name a segment by its content."""
    return hashlib.sha256(payload).digest()[:16]


def segment_view(view: str, segment: Segment) -> str:
    """Under which view name the online store holds a segment; no view can be called so."""
    return f"{view}:{segment.digest.hex()}"


def with_segments(payload: bytes, segments: Iterable[Segment]) -> bytes:
    """A main item's payload, from that of its own events; equal segments in any order give equal bytes."""
    listed = sorted(set(segments))
    return (
        HEAD.pack(SEALED, len(listed)) + b"".join(ENTRY.pack(*one) for one in listed) + payload if listed else payload
    )


def without_segments(payload: bytes) -> tuple[tuple[Segment, ...], bytes]:
    """The segments that a main item's payload lists, and the payload of its own events.

    Raises:
        ValueError: the list is cut.
    """
    if payload[:1] != SEALED:
        return (), payload
    if len(payload) < HEAD.size or len(payload) < (end := HEAD.size + ENTRY.size * HEAD.unpack_from(payload)[1]):
        raise ValueError("entity events: the list of segments is cut")
    return tuple(map(Segment._make, ENTRY.iter_unpack(payload[HEAD.size : end]))), payload[end:]
