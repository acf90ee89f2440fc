"""How a memory limit is shared, and in how many portions a set of rows keeps within it."""

import re

from roost.domain.view_layout import ViewLayout

UNITS = {"KB": 10**3, "MB": 10**6, "GB": 10**9, "TB": 10**12, "KIB": 2**10, "MIB": 2**20, "GIB": 2**30, "TIB": 2**40}
NUMBER = 8
NEWEST_HOLDS, WINDOWS_HOLD = 350_000_000, 460_000_000


def in_bytes(limit: str) -> int:
    """A limit as DuckDB writes it (``512MB``, ``1.5 GiB``) in bytes.

    Raises:
        ValueError: it is written otherwise.
    """
    found = re.fullmatch(r"([0-9]+(?:\.[0-9]+)?) *([A-Za-z]+)", limit.strip())
    if not found or found[2].upper() not in UNITS:
        raise ValueError(f"memory_limit is {limit!r}; write a number and a unit, like 512MB or 3GB")
    return int(float(found[1]) * UNITS[found[2].upper()])


def engine_share(limit: int) -> str:
    """DuckDB's half of a limit in bytes, as DuckDB writes it: what exceeds it spills to disk."""
    return f"{limit // 2_000}KB"


def portions(layout: ViewLayout, events: int, asked: int, limit: int) -> int:
    """In how many portions of entities rows are answered, so that the process stays within a limit in bytes.

    The arrays of a portion may take what a million answers with libraries, DuckDB's buffers and tables leave of the
    limit, at most half of it. Their sizes were measured: an event takes its columns (thrice, as running totals) and
    some seven numbers, a row that asks its features (twice) and some eight.
    """
    an_event = len(layout.columns) * (1 if layout.latest else 3) + 7
    a_question = 2 * len(layout.recipes) + 8
    left = limit - (NEWEST_HOLDS if layout.latest else WINDOWS_HOLD)
    return 1 + NUMBER * (events * an_event + asked * a_question) // max(limit // 8, min(limit // 2, left))
