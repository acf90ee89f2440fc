"""Validate a scoring request against the signature in a package's manifest."""

import difflib
import math
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from roost.errors import InvalidField

MAX_STRING = 256  # characters, in files too: what scoring could not ask about must not be learnt from
MAX_INTEGER = 2**63 - 1


def validated(signature: list[dict[str, Any]], body: Any, now: datetime, event_time: str) -> dict[str, Any]:
    """The request's values by column name: numbers as int or float, timestamps as seconds since 1970.

    A missing ``event_time`` means ``now``; a missing nullable column is None.

    Raises:
        InvalidField: a field is missing, unknown, of the wrong type, not finite, or out of its declared bounds.
    """
    if not isinstance(body, dict):
        raise InvalidField(f"the request must be a JSON object, not {_kind(body)}")
    _refuse_unknown(signature, body)
    return {column["name"]: _value(column, body, now, event_time) for column in signature}


def _refuse_unknown(signature: list[dict[str, Any]], body: Mapping[str, Any]) -> None:
    if sum(column["name"] in body for column in signature) == len(body):
        return
    known = [column["name"] for column in signature]
    for name in body:
        if name not in known:
            near = difflib.get_close_matches(name[:64], known, 1)
            hint = f"did you mean {near[0]!r}? " if near else ""
            raise InvalidField(f"unknown field {name[:64]!r}; {hint}the model takes {', '.join(known)}", name[:64])


def _value(column: dict[str, Any], body: Mapping[str, Any], now: datetime, event_time: str) -> Any:
    name = column["name"]
    value = body.get(name)
    if value is None:
        if name == event_time and name not in body:
            return now.timestamp()
        if column["nullable"]:
            return None
        raise InvalidField(f"{name} is required ({column['type']})", name)
    return _within(column, READERS[column["type"]](name, value))


def _within(column: dict[str, Any], value: Any) -> Any:
    name, low, high, allowed = column["name"], column["minimum"], column["maximum"], column["allowed"]
    if low is not None and value < low:
        raise InvalidField(f"{name} is {value}; it must be at least {low:g}", name)
    if high is not None and value > high:
        raise InvalidField(f"{name} is {value}; it must be at most {high:g}", name)
    if allowed and value not in allowed:
        raise InvalidField(f"{name} is {value!r}; it must be one of {', '.join(allowed)}", name)
    return value


def _integer(name: str, value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise InvalidField(f"{name} must be an integer, not {_kind(value)}", name)
    if abs(value) > MAX_INTEGER:
        raise InvalidField(f"{name} does not fit into 64 bits", name)
    return value


def _number(name: str, value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise InvalidField(f"{name} must be a number, not {_kind(value)}", name)
    if (isinstance(value, int) and abs(value) > MAX_INTEGER) or not math.isfinite(value):
        raise InvalidField(f"{name} must be a finite number", name)
    return float(value)


def _boolean(name: str, value: Any) -> float:
    if not isinstance(value, bool):
        raise InvalidField(f"{name} must be true or false, not {_kind(value)}", name)
    return float(value)


def _string(name: str, value: Any) -> str:
    if not isinstance(value, str):
        raise InvalidField(f"{name} must be a string, not {_kind(value)}", name)
    if len(value) > MAX_STRING:
        raise InvalidField(f"{name} is {len(value)} characters long; at most {MAX_STRING} are taken", name)
    return value


def _timestamp(name: str, value: Any) -> float:
    try:
        moment = datetime.fromisoformat(_string(name, value))
    except ValueError:
        raise InvalidField(f"{name} must be an ISO 8601 time such as 2018-08-14T09:30:00", name) from None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def _kind(value: Any) -> str:
    names = {dict: "an object", list: "a list", str: "a string", bool: "a boolean", type(None): "null"}
    return names.get(type(value), "a number")


READERS: dict[str, Callable[[str, Any], Any]] = {
    "integer": _integer,
    "float": _number,
    "decimal": _number,
    "boolean": _boolean,
    "string": _string,
    "timestamp": _timestamp,
}
