"""Times as options give them."""

import re
from datetime import UTC, datetime, timedelta

UNITS = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}


def moment(option: str, text: str) -> datetime | None:
    """A time in ISO 8601, in UTC unless it says otherwise; None where it was left out.

    Raises:
        ValueError: it is no time; the message names the option.
    """
    if not text:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{option} is {text!r}; write a time such as 2018-08-01T12:00") from None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def span(option: str, text: str) -> timedelta:
    """A length of time: ``15m``, ``12h`` or ``7d``.

    Raises:
        ValueError: it is none; the message names the option.
    """
    found = re.fullmatch(r"([1-9]\d{0,4})([mhd])", text)
    if not found:
        raise ValueError(f"{option} is {text!r}; write a number and m, h or d, such as 15m, 12h or 7d")
    return int(found[1]) * UNITS[found[2]]
