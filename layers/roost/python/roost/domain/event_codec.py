"""What the online store keeps of one entity in one view: its events, as columns of small integers.

A payload is a version byte, a flag byte and a body (zlib if the flag says so). The body has the number of events and of
columns and the first second, then arrays: gaps between events in seconds, microseconds; for each column nulls and
values; then what only writers need: how long after its time each event became known, and ids. Each array is its width
in bytes (0 where all is zero) and its little-endian signed integers of that width.
"""

import struct
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Literal, TypeVar

import numpy as np
import numpy.typing as npt

from roost.domain.entity_events import MICROS, Event

Integers = npt.NDArray[np.int64]
T = TypeVar("T")

FORMAT = 2
PLAIN, COMPRESSED = 0, 1
WRITE_UNIT = 1024  # DynamoDB bills writes by the kilobyte: below it, compression saves nothing
PREFIX = struct.Struct("<BB")
SHAPE = struct.Struct("<IBq")
WIDTHS = (1, 2, 4, 8)
DTYPES = {width: np.dtype(f"<i{width}") for width in WIDTHS}
# Native order, which is little-endian on Lambda's processors.
FORMATS: dict[int, Literal["b", "h", "i", "q"]] = {1: "b", 2: "h", 4: "i", 8: "q"}


@dataclass(frozen=True, eq=False)
class EventArrays:
    """Events ordered by time and id: times, known, ids int64 of shape (events,), values and nulls (events, columns).

    Times are microseconds since 1970; a null's value is 0.
    """

    times: Integers
    known: Integers
    ids: Integers
    values: Integers
    nulls: Integers


@dataclass(frozen=True)
class EventColumns:
    """The same as lists, as scoring reads it: for a few dozen numbers they are quicker than arrays.

    ``nulls`` of a column is empty if it has none; ids and knowledge are left out.
    """

    times: list[int]
    values: list[list[int]]
    nulls: list[list[int]]


NOTHING = EventColumns([], [], [])


def pack(events: Sequence[Event], columns: int) -> bytes:
    """Events ordered by time and id as bytes; equal events give equal bytes."""
    return pack_arrays(as_arrays(events, columns))


def as_arrays(events: Sequence[Event], columns: int) -> EventArrays:
    """The same events as arrays."""
    values = [[value or 0 for value in event.values] for event in events]
    nulls = [[int(value is None) for value in event.values] for event in events]
    return EventArrays(
        times=np.array([event.time for event in events], np.int64),
        known=np.array([event.known for event in events], np.int64),
        ids=np.array([event.id for event in events], np.int64),
        values=np.array(values, np.int64).reshape(len(events), columns),
        nulls=np.array(nulls, np.int64).reshape(len(events), columns),
    )


def pack_arrays(events: EventArrays) -> bytes:
    """The same from arrays."""
    seconds, micros = events.times // MICROS, events.times % MICROS
    parts = [np.diff(seconds, prepend=seconds[:1]), micros]
    for place in range(events.values.shape[1]):
        parts += [events.nulls[:, place], events.values[:, place]]
    parts += [events.known - events.times, events.ids]
    first = int(seconds[0]) if len(seconds) else 0
    body = SHAPE.pack(len(seconds), events.values.shape[1], first) + b"".join(map(_written, parts))
    shorter = zlib.compress(body) if len(body) >= WRITE_UNIT else body
    if len(shorter) < len(body):
        return PREFIX.pack(FORMAT, COMPRESSED) + shorter
    return PREFIX.pack(FORMAT, PLAIN) + body


def _written(array: Integers) -> bytes:
    low, high = int(array.min(initial=0)), int(array.max(initial=0))
    if low == high == 0:
        return b"\0"
    width = next(width for width in WIDTHS if -(1 << 8 * width - 1) <= low and high < 1 << 8 * width - 1)
    return bytes((width,)) + array.astype(DTYPES[width]).tobytes()


def unpack(payload: bytes) -> list[Event]:
    """The events that were packed.

    Raises:
        ValueError: the bytes are cut, or of a format that this code does not know.
    """
    found, reader = _opened(payload, _columns)
    count = len(found.times)
    lags, ids = reader.read() or [0] * count, reader.read() or [0] * count
    known = [time + lag for time, lag in zip(found.times, lags, strict=True)]
    cells = [
        [None if null else value for value, null in zip(values, nulls or [0] * count, strict=True)]
        for values, nulls in zip(found.values, found.nulls, strict=True)
    ]
    rows = zip(*cells, strict=True) if cells else [()] * count
    return [Event(*event) for event in zip(found.times, ids, known, rows, strict=True)]


def read(payload: bytes) -> EventColumns:
    """The part that scoring needs.

    Raises:
        ValueError: as ``unpack``.
    """
    return _opened(payload, _columns)[0]


def unpack_arrays(payload: bytes) -> EventArrays:
    """The events that were packed, as arrays: from some hundreds of events on they are quicker than ``unpack``.

    Raises:
        ValueError: as ``unpack``.
    """
    return _opened(payload, _arrays)


class _Reader:
    """Reads one array after the other."""

    def __init__(self, body: bytes, at: int, length: int) -> None:
        self._body, self._at, self._length, self._end = memoryview(body), at, length, len(body)

    def read(self) -> list[int]:
        """The next array; empty if all of it is zero."""
        width, cells = self._next()
        return cells.cast(FORMATS[width]).tolist() if width else []

    def array(self) -> Integers:
        """The next array, zeros and all."""
        width, cells = self._next()
        return np.frombuffer(cells, DTYPES[width]).astype(np.int64) if width else np.zeros(self._length, np.int64)

    def _next(self) -> tuple[int, memoryview]:
        if self._at >= self._end:
            raise ValueError("the payload ends too early")
        start, width = self._at + 1, self._body[self._at]
        self._at = start + width * self._length
        if self._at > self._end:
            raise ValueError(f"{self._at - self._end} bytes are missing")
        return width, self._body[start : self._at]


def _opened(payload: bytes, parse: Callable[[bytes], T]) -> T:
    if payload[:1] != bytes((FORMAT,)):
        raise ValueError(f"entity events: format {payload[:1].hex() or 'none'} is unknown; this code reads {FORMAT}")
    try:
        body = payload[PREFIX.size :]
        return parse(zlib.decompress(body) if payload[1] == COMPRESSED else body)
    except (IndexError, KeyError, TypeError, ValueError, struct.error, zlib.error) as error:
        raise ValueError(f"entity events: the payload is cut or damaged ({error})") from error


def _columns(body: bytes) -> tuple[EventColumns, _Reader]:
    count, columns, first = SHAPE.unpack_from(body)
    reader = _Reader(body, SHAPE.size, count)
    gaps, micros = reader.read(), reader.read()
    times = [second * MICROS for second in accumulate(gaps[1:], initial=first)] if gaps else [first * MICROS] * count
    if micros:
        times = [time + rest for time, rest in zip(times, micros, strict=True)]
    values, nulls = [], []
    for _ in range(columns):
        nulls.append(reader.read())
        values.append(reader.read() or [0] * count)
    return EventColumns(times, values, nulls), reader


def _arrays(body: bytes) -> EventArrays:
    count, columns, first = SHAPE.unpack_from(body)
    reader = _Reader(body, SHAPE.size, count)
    times = (first + np.cumsum(reader.array())) * MICROS + reader.array()
    cells = np.array([reader.array() for _ in range(2 * columns)], np.int64).reshape(2 * columns, count)
    lags, ids = reader.array(), reader.array()
    return EventArrays(times, times + lags, ids, values=cells[1::2].T, nulls=cells[::2].T)
