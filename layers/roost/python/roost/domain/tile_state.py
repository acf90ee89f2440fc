"""What the online store keeps of one entity in one view: a few integers per tile, packed into bytes.

A payload is a version byte, a flag byte and a body (zlib if the flag says so): the number of tiles and of columns,
the first tile, then four arrays: gaps between tiles, events, nulls and sums. Each array is its width in bytes (0 where
all is zero) and its little-endian signed integers of that width.
"""

import struct
import zlib
from dataclasses import dataclass
from itertools import accumulate
from typing import Literal

import numpy as np
import numpy.typing as npt

Integers = npt.NDArray[np.int64]

FORMAT = 1
PLAIN, COMPRESSED = 0, 1
WRITE_UNIT = 1024  # DynamoDB bills writes by the kilobyte: below it, compression saves nothing
PREFIX = struct.Struct("<BB")
SHAPE = struct.Struct("<IBq")
WIDTHS = (1, 2, 4, 8)
DTYPES = {width: np.dtype(f"<i{width}") for width in WIDTHS}
# Native order, which is little-endian on Lambda's processors.
FORMATS: dict[int, Literal["b", "h", "i", "q"]] = {1: "b", 2: "h", 4: "i", 8: "q"}


@dataclass(frozen=True, eq=False)
class TileState:
    """Tiles of one entity, ordered by start; a tile without events is left out.

    Attributes:
        starts: tile index (event time in seconds // tile size), shape (tiles,).
        events: number of events, shape (tiles,).
        counts: number of values that are not null, shape (tiles, columns).
        sums: fixed-point sums of those values, shape (tiles, columns).
    """

    starts: Integers
    events: Integers
    counts: Integers
    sums: Integers


@dataclass(frozen=True)
class StoredTiles:
    """The same as lists, as scoring reads it: for a few dozen numbers they are quicker than arrays.

    Attributes:
        columns: number of summed columns.
        starts: tile index, one per tile, rising.
        events: number of events, one per tile.
        nulls: events without a value, tile by tile the columns; empty if every event has its values.
        sums: fixed-point sums of the values, tile by tile the columns.
    """

    columns: int
    starts: list[int]
    events: list[int]
    nulls: list[int]
    sums: list[int]


EMPTY = StoredTiles(0, [], [], [], [])


def pack(state: TileState) -> bytes:
    """The state as bytes; equal states give equal bytes."""
    if not len(state.starts):
        return PREFIX.pack(FORMAT, PLAIN) + SHAPE.pack(0, state.sums.shape[1], 0)
    gaps = np.diff(state.starts, prepend=state.starts[:1])
    nulls = state.events[:, np.newaxis] - state.counts
    arrays = b"".join(_written(array) for array in (gaps, state.events, nulls, state.sums))
    body = SHAPE.pack(len(gaps), state.sums.shape[1], state.starts[0]) + arrays
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


def unpack(payload: bytes) -> StoredTiles:
    """The state that ``pack`` made into bytes.

    Raises:
        ValueError: the bytes are cut, or of a format that this code does not know.
    """
    if payload[:1] != bytes((FORMAT,)):
        raise ValueError(f"window state: format {payload[:1].hex() or 'none'} is unknown; this code reads {FORMAT}")
    try:
        body = payload[PREFIX.size :]
        return _stored(zlib.decompress(body) if payload[1] == COMPRESSED else body)
    except (IndexError, KeyError, ValueError, struct.error, zlib.error) as error:
        raise ValueError(f"window state: the payload is cut or damaged ({error})") from error


def _stored(body: bytes) -> StoredTiles:
    tiles, columns, first = SHAPE.unpack_from(body)
    view = memoryview(body)
    gaps, at = _read(view, SHAPE.size, tiles)
    events, at = _read(view, at, tiles)
    nulls, at = _read(view, at, tiles * columns)
    sums, _ = _read(view, at, tiles * columns)
    starts = list(accumulate(gaps[1:], initial=first)) if tiles else []
    return StoredTiles(columns, starts, events, nulls, sums or [0] * (tiles * columns))


def _read(body: memoryview, at: int, length: int) -> tuple[list[int], int]:
    width = body[at] if length else 0
    if not width:  # all are zero
        return [], at + (1 if length else 0)
    end = at + 1 + width * length
    if end > len(body):
        raise ValueError(f"{end - len(body)} bytes are missing")
    return body[at + 1 : end].cast(FORMATS[width]).tolist(), end
