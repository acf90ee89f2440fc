"""Identifiers of predictions: UUIDs of version 7, which carry the moment they were made.

RFC 9562, section 5.7: 48 bits of milliseconds since 1970, then random bits. The time narrows where a record is looked
up. All other bits come from the kernel for each identifier: two environments restored from one SnapStart snapshot
share a process's memory, but not what the kernel gives (AWS Lambda Developer Guide, "Handling uniqueness with Lambda
SnapStart").
"""

import secrets
import uuid
from datetime import UTC, datetime, timedelta

VERSION = 7
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def new_prediction_id(at: datetime) -> str:
    """A fresh identifier of a moment; identifiers of one millisecond are in no order."""
    tail = int.from_bytes(secrets.token_bytes(10))
    number = int(at.timestamp() * 1000) << 80 | tail
    number = number & ~(0xF << 76 | 0x3 << 62) | VERSION << 76 | 0x2 << 62
    text = f"{number:032x}"
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def moment_of(identifier: str) -> datetime:
    """When an identifier was made, in UTC, to the millisecond.

    Raises:
        ValueError: it is no UUID of version 7 as ``new_prediction_id`` writes it.
    """
    try:
        found = uuid.UUID(identifier)
    except (ValueError, AttributeError, TypeError):
        raise ValueError(f"{identifier!r} is no UUID") from None
    if str(found) != identifier or found.version != VERSION:
        raise ValueError(f"{identifier!r} is no UUID of version {VERSION} in lower case")
    try:
        return EPOCH + timedelta(milliseconds=found.int >> 80)
    except OverflowError:
        raise ValueError(f"{identifier!r} names a time after the year 9999") from None
