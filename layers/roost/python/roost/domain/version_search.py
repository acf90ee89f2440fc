"""Search registered versions: by conditions on metrics, by tags, by status.

A condition is ``metric operator number``, as ``roc_auc >= 0.87``; operators are ``>=``, ``<=``, ``>``, ``<``, ``=``,
``!=``. Several are joined by ``and``. A version without the metric does not meet a condition on it.
"""

import math
import operator
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from roost.domain.registry import Version
from roost.errors import InvalidSearch
from roost.names import Status

OPERATORS: dict[str, Callable[[float, float], bool]] = {
    ">=": operator.ge, "<=": operator.le, "!=": operator.ne, ">": operator.gt, "<": operator.lt, "=": operator.eq,
}  # fmt: skip
CONDITION = re.compile(r"\s*(?P<metric>\w+)\s*(?P<operator>>=|<=|!=|>|<|==?)\s*(?P<number>[^\s<>=!]+)\s*")
JOIN = re.compile(r"\s+and\s+", re.IGNORECASE)
FORM = "write a metric, an operator (>= <= > < = !=) and a number, as roc_auc>=0.87, joined by 'and'"


@dataclass(frozen=True)
class Condition:
    """One comparison of a metric with a number."""

    metric: str
    operator: str
    number: float

    def met_by(self, version: Version) -> bool:
        """Whether the version has the metric, and it compares so."""
        value = version.metrics.get(self.metric)
        return value is not None and OPERATORS[self.operator](value, self.number)


def parsed_conditions(texts: Iterable[str]) -> list[Condition]:
    """The conditions in texts, each of one or several joined by ``and``.

    Raises:
        InvalidSearch: a part is no condition; the message says which and how to write one.
    """
    return [_condition(part) for text in texts for part in JOIN.split(text.strip())]


def _condition(text: str) -> Condition:
    found = CONDITION.fullmatch(text)
    if found is None:
        raise InvalidSearch(f"condition {text!r}: {FORM}")
    try:
        number = float(found["number"])
    except ValueError:
        number = math.nan
    if math.isnan(number):
        raise InvalidSearch(f"condition {text!r}: {found['number']!r} is no number; {FORM}")
    return Condition(found["metric"], "=" if found["operator"] == "==" else found["operator"], number)


def matching(
    versions: Iterable[Version], conditions: Iterable[Condition], tags: Mapping[str, str], status: Status | None
) -> list[Version]:
    """The versions that meet all of it; a tag with an empty value asks for any value.

    Raises:
        InvalidSearch: a condition names a metric that no version has.
    """
    listed, wanted = list(versions), list(conditions)
    _check_metrics(listed, wanted)
    return [version for version in listed if _matches(version, wanted, tags, status)]


def _matches(version: Version, conditions: list[Condition], tags: Mapping[str, str], status: Status | None) -> bool:
    return (
        (status is None or version.status is status)
        and all(name in version.tags and value in ("", version.tags[name]) for name, value in tags.items())
        and all(condition.met_by(version) for condition in conditions)
    )


def _check_metrics(versions: list[Version], conditions: list[Condition]) -> None:
    known = sorted({name for version in versions for name in version.metrics})
    for condition in conditions if versions else ():
        if condition.metric not in known:
            raise InvalidSearch(f"no version has a metric {condition.metric!r}; there are: {', '.join(known)}")
