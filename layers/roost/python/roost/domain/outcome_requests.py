"""Reports of outcomes as they are sent, and what may be wrong with each."""

import math
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from roost.domain.outcomes import Label, Outcome
from roost.errors import InvalidField, MalformedRequest
from roost.names import Problem

MOST = 500
FIELDS = ("prediction_id", "outcome", "observed_at")
SKEW = timedelta(minutes=5)  # by which a caller's clock may be ahead


def reports_in(body: Any) -> Sequence[Any]:
    """The reports of a request: one object, or a list of them.

    Raises:
        MalformedRequest: there is none, or there are too many.
    """
    reports = body if isinstance(body, list) else [body]
    if not 1 <= len(reports) <= MOST:
        raise MalformedRequest(f"the body has {len(reports)} outcomes; send 1 to {MOST}, or a file of them")
    return reports


def outcome_in(report: Any, manifest: Mapping[str, Any], now: datetime) -> Outcome:
    """The outcome in a report on a model's prediction.

    Raises:
        InvalidField: a field is missing, unknown, of the wrong type or out of range.
    """
    if not isinstance(report, dict):
        raise InvalidField("an outcome is an object with prediction_id, outcome and observed_at")
    for name in FIELDS:
        if name not in report:
            raise InvalidField(f"{name} is missing", name)
    for name in report:
        if name not in FIELDS:
            raise InvalidField(f"{name} is unknown; an outcome has {', '.join(FIELDS)}", name)
    if not isinstance(report["prediction_id"], str):
        raise InvalidField("prediction_id must be a text, as the endpoint answered it", "prediction_id")
    return Outcome(report["prediction_id"], label_of(report["outcome"], manifest), _time(report["observed_at"], now))


def label_of(value: Any, manifest: Mapping[str, Any]) -> Label:
    """A label as the model has it: 0 or 1, a class, or a number.

    Raises:
        InvalidField: the value is none.
    """
    problem, classes = Problem(manifest.get("problem", Problem.BINARY)), list(manifest.get("classes", ()))
    if problem is Problem.BINARY:
        return _binary(value, classes)
    if problem is Problem.MULTICLASS:
        if value not in classes:
            raise InvalidField(f"outcome is {value!r}; it must be one of {', '.join(classes)}", "outcome")
        return str(value)
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise InvalidField(f"outcome is {value!r}; it must be a number", "outcome")
    return float(value)


def _binary(value: Any, classes: list[str]) -> int:
    if isinstance(value, str) and value in classes:
        return classes.index(value)
    if isinstance(value, bool | int | float) and value in (0, 1):
        return int(value)
    names = f", or {' or '.join(classes)}" if classes else ""
    raise InvalidField(f"outcome is {value!r}; it must be 0 or 1{names}", "outcome")


def _time(value: Any, now: datetime) -> datetime:
    try:
        found = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        raise InvalidField(f"observed_at is {value!r}; write a time such as 2026-03-01T12:00:00Z", "observed_at") from (
            None
        )
    found = found if found.tzinfo else found.replace(tzinfo=UTC)
    if found > now + SKEW:
        raise InvalidField(f"observed_at is {value}, which has not come yet", "observed_at")
    return found
