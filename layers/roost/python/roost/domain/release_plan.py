"""Plan a release: from the model's rollout and the request to the weights that traffic will take."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from roost.domain.guardrail_bounds import GuardrailBounds, guardrail_bounds
from roost.errors import InvalidReleaseRequest
from roost.names import Strategy

ALL = 100
LIMITS = {"wait_seconds": (1, 86_400), "min_requests": (1, 1_000_000), "max_looks": (1, 10_000)}
REQUEST_FIELDS = frozenset(
    {"version", "rollback_to", "strategy", "steps", "guardrails", "requested_by", "reason", *LIMITS}
)


@dataclass(frozen=True)
class RolloutPlan:
    """How traffic moves: ``steps`` in percent, the last one 100; ``bake`` judges the new version at 100 too."""

    strategy: Strategy
    steps: tuple[int, ...]
    wait_seconds: int
    min_requests: int
    max_looks: int
    guardrails: GuardrailBounds
    bake: bool


def requested_version(request: Mapping[str, Any]) -> int:
    """The version that a release request is for.

    Raises:
        InvalidReleaseRequest: an unknown field, or not exactly one of ``version`` and ``rollback_to``.
    """
    unknown = sorted(set(request) - REQUEST_FIELDS)
    if unknown:
        raise InvalidReleaseRequest(f"unknown field {unknown[0]!r}; known: {', '.join(sorted(REQUEST_FIELDS))}")
    given = [name for name in ("version", "rollback_to") if request.get(name) is not None]
    if len(given) != 1:
        raise InvalidReleaseRequest('give exactly one of version and rollback_to, for example {"version": 7}')
    return _integer(given[0], request[given[0]], 1, 10**9)


def rollout_plan(rollout: Mapping[str, Any], request: Mapping[str, Any], first: bool) -> RolloutPlan:
    """Merge the model's rollout with what the request overrides; a first release has nothing to compare with.

    Raises:
        InvalidReleaseRequest: a field of the request is wrong.
    """
    wanted = {**rollout, **{key: value for key, value in request.items() if value is not None}}
    strategy = _strategy(Strategy.ALL_AT_ONCE if first else wanted["strategy"])
    if request.get("rollback_to") is not None:
        strategy = Strategy.ALL_AT_ONCE
    numbers = {name: _integer(name, wanted[name], *bounds) for name, bounds in LIMITS.items()}
    return RolloutPlan(
        strategy=strategy,
        steps=_steps(strategy, wanted["steps"]),
        guardrails=_guardrails(rollout["guardrails"], request.get("guardrails")),
        bake=strategy is Strategy.BLUE_GREEN,
        **numbers,
    )


def _strategy(value: Any) -> Strategy:
    if value not in list(Strategy):
        raise InvalidReleaseRequest(f"strategy is {value!r}; use one of {', '.join(Strategy)}")
    return Strategy(value)


def _steps(strategy: Strategy, value: Any) -> tuple[int, ...]:
    if strategy in (Strategy.ALL_AT_ONCE, Strategy.BLUE_GREEN):
        return (ALL,)
    if not isinstance(value, list | tuple) or not value:
        raise InvalidReleaseRequest(f"steps is {value!r}; give rising percentages such as [5, 25, 50]")
    steps = [_integer("steps", step, 1, ALL - 1) for step in value]
    if strategy is Strategy.LINEAR:
        return (*range(steps[0], ALL, steps[0]), ALL)
    if steps != sorted(set(steps)):
        raise InvalidReleaseRequest(f"steps is {steps}; the percentages must rise")
    return (*steps, ALL)


def _guardrails(declared: Mapping[str, Any], wanted: Any) -> GuardrailBounds:
    try:
        return guardrail_bounds(declared, wanted)
    except ValueError as error:
        raise InvalidReleaseRequest(f"guardrails: {error}") from None


def _integer(name: str, value: Any, low: int, high: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise InvalidReleaseRequest(f"{name} is {value!r}; give a whole number from {low} to {high}")
    return value
