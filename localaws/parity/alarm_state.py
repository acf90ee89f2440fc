"""The state of an alarm from its latest data points: M out of N, with AWS's rules for what is missing.

AWS: "Evaluating an alarm" and "Configuring how CloudWatch alarms treat missing data",
https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence

EXTRA_PERIODS = 2  # AWS looks further back than N periods; how far, it does not promise
COMPARISONS: dict[str, Callable[[float, float], bool]] = {
    "GreaterThanOrEqualToThreshold": operator.ge,
    "GreaterThanThreshold": operator.gt,
    "LessThanThreshold": operator.lt,
    "LessThanOrEqualToThreshold": operator.le,
}


def next_state(points: Sequence[bool | None], periods: int, to_alarm: int, missing: str) -> str | None:
    """Return the alarm's state, or None where the present state is kept.

    Args:
        points: Of each period in the evaluation range, the newest first: whether it breaches; None where there is no
            data.
        periods: N, the evaluation periods.
        to_alarm: M, the data points to alarm.
        missing: ``missing``, ``ignore``, ``breaching`` or ``notBreaching``.
    """
    real = _known(points, periods if missing == "breaching" else 0)
    if not real and missing != "notBreaching":
        return "INSUFFICIENT_DATA" if missing == "missing" else None
    if sum(real[:periods]) >= to_alarm:
        return "ALARM"
    if len(real) >= periods or missing == "notBreaching" or not all(real):
        return "OK"
    return _undecided(points[:periods], to_alarm, missing)


def _known(points: Sequence[bool | None], at_least: int) -> list[bool]:
    real = [point for point in points if point is not None]
    return real + [True] * (at_least - len(real))


def _undecided(points: Sequence[bool | None], to_alarm: int, missing: str) -> str | None:
    """All that is known breaches, but there is less of it than M: only its age may ring."""
    return "ALARM" if missing == "missing" and _age_of_oldest(points) >= to_alarm else None


def _age_of_oldest(points: Sequence[bool | None]) -> int:
    """Return how many periods old the oldest data point is, the newest period being 1."""
    return max((age for age, point in enumerate(points, start=1) if point is not None), default=0)
