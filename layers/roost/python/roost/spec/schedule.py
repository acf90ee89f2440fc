"""Schedules as EventBridge Scheduler takes them (EventBridge Scheduler User Guide, "Schedule types")."""

import re
from collections.abc import Sequence
from typing import Annotated

from pydantic import AfterValidator

FIX = (
    "use rate(1 day), rate(12 hours), or cron(minutes hours day-of-month month day-of-week year) such as "
    "cron(0 6 * * ? *): every day at 6:00 UTC"
)
RATE = re.compile(r"rate\(([1-9]\d*) (minute|minutes|hour|hours|day|days)\)")
MONTHS = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"]
DAYS = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"]
FIELDS = (
    ("minutes", 0, 59, ()), ("hours", 0, 23, ()), ("day-of-month", 1, 31, ()), ("month", 1, 12, MONTHS),
    ("day-of-week", 1, 7, DAYS), ("year", 1970, 2199, ()),
)  # fmt: skip
SPECIAL = {"day-of-month": r"\?|L|LW|\d{1,2}W", "day-of-week": r"\?|L|[1-7]L|[1-7]#[1-5]"}


def checked_schedule(text: str) -> str:
    """The schedule as it is; empty for none.

    Raises:
        ValueError: it is neither a rate nor a cron expression; the message names the part and the fix.
    """
    if text and not (_is_rate(text) or text.startswith("cron(")):
        raise ValueError(f"schedule {text!r} is no schedule: {FIX}")
    if text.startswith("cron("):
        _check_cron(text)
    return text


def _is_rate(text: str) -> bool:
    found = RATE.fullmatch(text)
    return found is not None and (found[1] == "1") == (not found[2].endswith("s"))


def _check_cron(text: str) -> None:
    parts = text.removeprefix("cron(").removesuffix(")").split(" ")
    if not text.endswith(")") or len(parts) != len(FIELDS):
        raise ValueError(f"schedule {text!r} has {len(parts)} fields, not {len(FIELDS)}: {FIX}")
    for (name, lowest, highest, words), part in zip(FIELDS, parts, strict=True):
        if not all(_fits(name, lowest, highest, words, item) for item in part.split(",")):
            raise ValueError(f"schedule {text!r}: {part!r} is no {name} ({lowest} to {highest}): {FIX}")
    if (parts[2] == "?") == (parts[4] == "?"):
        raise ValueError(f"schedule {text!r}: exactly one of day-of-month and day-of-week must be '?': {FIX}")


def _fits(name: str, lowest: int, highest: int, words: Sequence[str], item: str) -> bool:
    if item == "*" or (name in SPECIAL and re.fullmatch(SPECIAL[name], item)):
        return True
    span, _, step = item.partition("/")
    ends = [lowest if end == "*" else _number(end, lowest, words) for end in span.split("-")]
    return len(ends) <= 2 and all(lowest <= end <= highest for end in ends) and ("/" not in item or step.isdigit())


def _number(text: str, lowest: int, words: Sequence[str]) -> int:
    return lowest + words.index(text) if text in words else int(text) if text.isdigit() else -1


Schedule = Annotated[str, AfterValidator(checked_schedule)]
