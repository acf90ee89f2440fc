"""Waiting for what happens in the background, as on AWS."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

Value = TypeVar("Value")


def eventually(look: Callable[[], Value], until: Callable[[Value], bool] = bool, seconds: float = 15) -> Value:
    """Look until ``until`` accepts what is seen, and return it; fail with the last sight after ``seconds``."""
    deadline = time.monotonic() + seconds
    while not until(seen := look()):
        assert time.monotonic() < deadline, f"not seen within {seconds} s; the last was {seen!r}"
        time.sleep(0.02)
    return seen


def happens(look: Callable[[], object], seconds: float = 5) -> bool:
    """Say whether something is seen within ``seconds``."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if look():
            return True
        time.sleep(0.02)
    return False
