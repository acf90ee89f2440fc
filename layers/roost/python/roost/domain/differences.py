"""What differs between two JSON documents, part by part."""

from collections.abc import Mapping
from typing import Any

ABSENT = None


def differences(before: Any, now: Any, place: str = "") -> dict[str, tuple[Any, Any]]:
    """Parts that differ, by their path (``lineage.libraries.numpy``): the value before and the value now.

    Objects are entered; lists are compared as a whole. A part that one of them lacks is None there.
    """
    if not (isinstance(before, Mapping) and isinstance(now, Mapping)):
        return {} if before == now else {place or "document": (before, now)}
    found: dict[str, tuple[Any, Any]] = {}
    for name in sorted({*before, *now}):
        inner = f"{place}.{name}" if place else name
        found |= differences(before.get(name, ABSENT), now.get(name, ABSENT), inner)
    return found
