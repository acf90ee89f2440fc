"""Plan a release: from the model's rollout and the request to the weights that traffic will take."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from roost.domain.release import GuardrailBounds
from roost.errors import InvalidReleaseRequest
from roost.names import Strategy

ALL = 100
LIMITS = {"wait_seconds": (1, 86_400), "min_requests": (1, 1_000_000), "max_looks": (1, 10_000)}
GUARDRAIL_LIMITS: dict[str, tuple[float, float]] = {
    "max_error_share": (0, 1), "max_slow_share": (0, 1), "max_rank_shift": (0.001, 0.5),
    "latency_objective_ms": (0.001, 900_000), "alpha": (1e-9, 0.5),
}  # fmt: skip
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
        guardrails=_guardrails({**rollout["guardrails"], **(request.get("guardrails") or {})}),
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


def _guardrails(value: Mapping[str, Any]) -> GuardrailBounds:
    for name, bound in value.items():
        if name not in GUARDRAIL_LIMITS:
            raise InvalidReleaseRequest(f"guardrails: unknown field {name!r}; known: {', '.join(GUARDRAIL_LIMITS)}")
        lowest, highest = GUARDRAIL_LIMITS[name]
        number = isinstance(bound, int | float) and not isinstance(bound, bool)
        if not number or not lowest <= bound <= highest:
            raise InvalidReleaseRequest(f"guardrails.{name} is {bound!r}; give a number from {lowest:g} to {highest:g}")
    return GuardrailBounds(**{name: float(bound) for name, bound in value.items()})


def _integer(name: str, value: Any, low: int, high: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise InvalidReleaseRequest(f"{name} is {value!r}; give a whole number from {low} to {high}")
    return value
