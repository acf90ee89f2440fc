"""Times as options give them."""

from datetime import UTC, datetime


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
