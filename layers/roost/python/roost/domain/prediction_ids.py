"""Identifiers of predictions: UUIDs of version 7 (RFC 9562), which begin with the millisecond they were made in."""

import secrets
import uuid
from collections.abc import Callable
from datetime import UTC, datetime

VERSION, VARIANT = 0x7 << 76, 0b10 << 62


def new_prediction_id(milliseconds: int, random_bits: Callable[[int], int] = secrets.randbits) -> str:
    """An identifier of a moment (milliseconds since 1970) with 74 fresh random bits.

    The bits come from the operating system, so that no two restores of one snapshot give the same.
    """
    return str(uuid.UUID(int=milliseconds << 80 | VERSION | random_bits(12) << 64 | VARIANT | random_bits(62)))


def moment_of(identifier: str) -> datetime:
    """When an identifier was made (UTC), to the millisecond.

    Raises:
        ValueError: it is no UUID of version 7.
    """
    found = uuid.UUID(identifier)
    if found.version != 7:
        raise ValueError(f"{identifier!r} is no UUID of version 7")
    return datetime.fromtimestamp((found.int >> 80) / 1000, UTC)
