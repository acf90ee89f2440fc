"""Requests to the experiment pipeline, read and checked before anything moves."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from roost.domain.experiments import Measured, SharePolicy
from roost.experiment_errors import InvalidExperimentRequest
from roost.experiment_names import Better, ExperimentAction, Policy

COMMON = frozenset({"action", "requested_by", "reason"})
FIELDS: dict[ExperimentAction, frozenset[str]] = {
    ExperimentAction.START: frozenset(
        {"a", "b", "share", "by", "salt", "metric", "better", "low", "high", "margin", "alpha", "policy", "floor",
         "every_hours"}
    ),
    ExperimentAction.STOP: frozenset(),
    ExperimentAction.PROMOTE: frozenset(),
    ExperimentAction.RESHARE: frozenset({"share"}),
    ExperimentAction.OBSERVE: frozenset(),
}  # fmt: skip
PERCENT = 100
MAX_SALT = 64  # bytes: the longest key of BLAKE2b
MAX_HOURS = 24.0 * 365


@dataclass(frozen=True)
class Wanted:
    """What a request to start asks for: versions, share of the challenger (0 to 1), split, metric and policy."""

    a: int
    b: int
    share: float
    by: str
    salt: str
    measured: Measured
    policy: SharePolicy


def requested_action(request: Mapping[str, Any]) -> ExperimentAction:
    """What a request asks for, of fields that the action knows.

    Raises:
        InvalidExperimentRequest: the action or a field is unknown.
    """
    named = request.get("action")
    if named not in {action.value for action in FIELDS}:
        raise InvalidExperimentRequest(f"action is {named!r}; give one of {', '.join(FIELDS)}")
    action = ExperimentAction(named)
    known = COMMON | FIELDS[action]
    unknown = sorted(set(request) - known)
    if unknown:
        raise InvalidExperimentRequest(f"unknown field {unknown[0]!r}; known: {', '.join(sorted(known))}")
    return action


def wanted(request: Mapping[str, Any], identifier: str) -> Wanted:
    """What a request to start asks for; the identifier is the salt where it names none.

    Raises:
        InvalidExperimentRequest: a field is missing or out of range.
    """
    a, b = version("a", request.get("a")), version("b", request.get("b"))
    if a == b:
        raise InvalidExperimentRequest(f"a and b are both version {a}; an experiment compares two versions")
    policy, measured = _policy(request), _measured(request)
    share = requested_share(request.get("share"), policy)
    return Wanted(a, b, share, _text("by", request.get("by")), _salt(request, identifier), measured, policy)


def requested_share(value: Any, policy: SharePolicy) -> float:
    """The challenger's share, 0 to 1, of a percentage.

    Raises:
        InvalidExperimentRequest: it is no number within 1 and 99, or leaves an arm less than the policy's floor.
    """
    share = number("share", value, 1, PERCENT - 1) / PERCENT
    low = policy.floor if policy.kind is Policy.THOMPSON else 0.0
    if not low - 1e-9 <= share <= 1 - low + 1e-9:
        raise InvalidExperimentRequest(f"share is {value}; the policy leaves each arm at least {low:.0%}")
    return share


def version(name: str, value: Any) -> int:
    """A version's number. Raises ``InvalidExperimentRequest``."""
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise InvalidExperimentRequest(f"{name} is {value!r}; give the number of a version")
    return value


def number(name: str, value: Any, low: float, high: float) -> float:
    """A finite number within bounds. Raises ``InvalidExperimentRequest``."""
    fine = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    if not fine or not low <= value <= high:
        raise InvalidExperimentRequest(f"{name} is {value!r}; give a number from {low:g} to {high:g}")
    return float(value)


def _measured(request: Mapping[str, Any]) -> Measured:
    low = number("low", request.get("low", 0.0), -1e12, 1e12)
    high = number("high", request.get("high", 1.0), -1e12, 1e12)
    if low >= high:
        raise InvalidExperimentRequest(f"low is {low:g} and high {high:g}; the metric lies between them, so low < high")
    better = request.get("better", Better.HIGHER)
    if better not in set(Better):
        raise InvalidExperimentRequest(f"better is {better!r}; give one of {', '.join(Better)}")
    margin = number("margin", request.get("margin", 0.01 * (high - low)), 0.0, high - low)
    alpha = number("alpha", request.get("alpha", 0.05), 1e-6, 0.5)
    return Measured(_text("metric", request.get("metric")), Better(better), low, high, margin, alpha)


def _policy(request: Mapping[str, Any]) -> SharePolicy:
    kind = request.get("policy", Policy.FIXED)
    if kind not in set(Policy):
        raise InvalidExperimentRequest(f"policy is {kind!r}; give one of {', '.join(Policy)}")
    floor = number("floor", request.get("floor", 0.1), 0.01, 0.5)
    return SharePolicy(Policy(kind), floor, number("every_hours", request.get("every_hours", 24.0), 1.0, MAX_HOURS))


def _salt(request: Mapping[str, Any], identifier: str) -> str:
    salt = request.get("salt") or identifier.encode()[-MAX_SALT:].decode(errors="ignore")
    if not isinstance(salt, str) or len(salt.encode()) > MAX_SALT:
        raise InvalidExperimentRequest(f"salt is {salt!r}; give a text of at most {MAX_SALT} bytes")
    return salt


def _text(name: str, value: Any) -> str:
    if not isinstance(value, str) or not value:
        raise InvalidExperimentRequest(f"{name} is {value!r}; give a name")
    return value
