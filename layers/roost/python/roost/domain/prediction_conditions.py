"""Conditions on predictions: ``score > 0.9 and decision = review and request.country != "FR"``.

A field is one of the record (``score``, ``model_version``, ``decision``), of its request (``request.amount``) or of the
numbers that its features were made of (``inputs.spend__count_1d``); a name that the record lacks is looked for in both.
Texts are compared with texts and numbers with numbers; a prediction without the field meets no condition on it.
"""

import json
import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from roost.monitoring_errors import InvalidCondition

OPERATORS: dict[str, Callable[[Any, Any], bool]] = {
    ">=": operator.ge, "<=": operator.le, "!=": operator.ne, ">": operator.gt, "<": operator.lt, "=": operator.eq,
}  # fmt: skip
CONDITION = re.compile(
    r'\s*(?P<field>[\w.]+)\s*(?P<operator>>=|<=|!=|>|<|==?)\s*(?P<literal>"(?:[^"\\]|\\.)*"|[^\s"]+)\s*'
)
JOIN = re.compile(r'\s+and\s+(?=(?:[^"]*"[^"]*")*[^"]*$)', re.IGNORECASE)  # not within quotes
FORM = 'write a field, an operator (>= <= > < = !=) and a value, as score > 0.9, joined by "and"'


@dataclass(frozen=True)
class Condition:
    """One comparison."""

    field: str
    operator: str
    value: float | str

    def met_by(self, record: Mapping[str, Any]) -> bool:
        """Whether the record has the field, and it compares so."""
        found = value_of(record, self.field)
        if isinstance(found, bool):
            found = str(found).lower()
        if isinstance(found, str) is not isinstance(self.value, str) or not isinstance(found, float | int | str):
            return False
        return OPERATORS[self.operator](found, self.value)


def parsed_conditions(text: str) -> list[Condition]:
    """The conditions in a text, joined by ``and``; none in an empty one.

    Raises:
        InvalidCondition: a part is no condition; the message says which and how to write one.
    """
    return [_condition(part) for part in JOIN.split(text.strip())] if text.strip() else []


def value_of(record: Mapping[str, Any], field: str) -> Any:
    """The value of a field; None if the record has none."""
    if field in record:
        return record[field]
    group, _, name = field.partition(".")
    if name:
        held = record.get(group)
        return held.get(name) if isinstance(held, Mapping) else None
    found = [record[part][field] for part in ("request", "inputs") if field in record.get(part, {})]
    return found[0] if found else None


def _condition(text: str) -> Condition:
    found = CONDITION.fullmatch(text)
    if found is None:
        raise InvalidCondition(f"condition {text!r}: {FORM}")
    literal = found["literal"]
    try:
        value = json.loads(literal)
    except ValueError:
        value = literal
    if isinstance(value, bool) or not isinstance(value, float | int | str):
        value = literal  # true, false and null are compared as they are written
    return Condition(found["field"], "=" if found["operator"] == "==" else found["operator"], value)
