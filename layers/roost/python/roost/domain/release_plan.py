"""Plan a release: from the model's rollout and the request to the weights that traffic will take."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from roost.domain.guardrail_bounds import GuardrailBounds, guardrail_bounds
from roost.errors import InvalidReleaseRequest
from roost.names import Approval, Strategy
from roost.release_names import OnConflict, ReleaseKind

ALL = 100
LIMITS = {"wait_seconds": (1, 86_400), "min_requests": (1, 1_000_000), "max_looks": (1, 1_000)}
MOST_LOOKS = (
    1_200  # of all steps: a look takes up to 19 events, an execution may have 25,000 (Step Functions, "Quotas")
)
WHAT = ("version", "rollback_to", "code")
REQUEST_FIELDS = frozenset(
    {*WHAT, "strategy", "steps", "guardrails", "requested_by", "reason", "on_conflict", "force", *LIMITS}
)


@dataclass(frozen=True)
class RolloutPlan:
    """How traffic moves: ``steps`` in percent, the last one 100; ``bake`` judges the new version at 100 too.

    ``approval`` says whether a person is asked before the first step.
    """

    strategy: Strategy
    steps: tuple[int, ...]
    wait_seconds: int
    min_requests: int
    max_looks: int
    guardrails: GuardrailBounds
    bake: bool
    approval: bool = False


def requested_kind(request: Mapping[str, Any]) -> ReleaseKind:
    """What a release request asks for.

    Raises:
        InvalidReleaseRequest: an unknown field, or not exactly one of ``version``, ``rollback_to`` and ``code``.
    """
    unknown = sorted(set(request) - REQUEST_FIELDS)
    if unknown:
        raise InvalidReleaseRequest(f"unknown field {unknown[0]!r}; known: {', '.join(sorted(REQUEST_FIELDS))}")
    given = [name for name in WHAT if request.get(name) is not None]
    if len(given) != 1:
        raise InvalidReleaseRequest(
            'give exactly one of version, rollback_to and code, for example {"version": 7} or {"code": true}'
        )
    _flags(request)
    return dict(zip(WHAT, (ReleaseKind.MODEL, ReleaseKind.ROLLBACK, ReleaseKind.CODE), strict=True))[given[0]]


def requested_version(request: Mapping[str, Any]) -> int | None:
    """The number of the version that a release request is for; None where it is the champion's new code.

    Raises:
        InvalidReleaseRequest: as ``requested_kind`` says, or the number is none.
    """
    if requested_kind(request) is ReleaseKind.CODE:
        return None
    name = "version" if request.get("version") is not None else "rollback_to"
    return _integer(name, request[name], 1, 10**9)


def on_conflict(rollout: Mapping[str, Any], request: Mapping[str, Any]) -> OnConflict:
    """What the release does if another one has not ended.

    Raises:
        InvalidReleaseRequest: the request names neither way.
    """
    wanted = request.get("on_conflict") or rollout.get("on_conflict", OnConflict.REFUSE.value)
    if wanted not in list(OnConflict):
        raise InvalidReleaseRequest(f"on_conflict is {wanted!r}; use one of {', '.join(OnConflict)}")
    return OnConflict(wanted)


def rollout_plan(rollout: Mapping[str, Any], request: Mapping[str, Any], first: bool) -> RolloutPlan:
    """Merge the model's rollout with what the request overrides; a first release has nothing to compare with.

    A rollback takes all traffic at once, and nobody is asked: it is in haste.

    Raises:
        InvalidReleaseRequest: a field of the request is wrong.
    """
    wanted = {**rollout, **{key: value for key, value in request.items() if value is not None}}
    back = request.get("rollback_to") is not None
    strategy = _strategy(wanted["strategy"])
    if first or back:
        strategy = Strategy.ALL_AT_ONCE
    numbers = {name: _integer(name, wanted[name], *bounds) for name, bounds in LIMITS.items()}
    steps = _steps(strategy, wanted["steps"])
    _check_looks(steps, numbers["max_looks"])
    return RolloutPlan(
        strategy=strategy,
        steps=steps,
        guardrails=_guardrails(rollout["guardrails"], request.get("guardrails")),
        bake=strategy is Strategy.BLUE_GREEN,
        approval=rollout.get("approval") == Approval.MANUAL and not back,
        **numbers,
    )


def _flags(request: Mapping[str, Any]) -> None:
    for name in ("code", "force"):
        if request.get(name) not in (None, True, False) or (name == "code" and request.get(name) is False):
            raise InvalidReleaseRequest(f"{name} is {request[name]!r}; give true, or leave it out")


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
    if steps != sorted(set(steps)):
        raise InvalidReleaseRequest(f"steps is {steps}; the percentages must rise")
    if strategy is Strategy.LINEAR:
        return (*range(steps[0], ALL, steps[0]), ALL)
    return (*steps, ALL)


def _check_looks(steps: tuple[int, ...], max_looks: int) -> None:
    if len(steps) * max_looks > MOST_LOOKS:
        raise InvalidReleaseRequest(
            f"max_looks is {max_looks} at each of {len(steps)} steps; at most {MOST_LOOKS} looks fit into a release: "
            f"lower max_looks to {MOST_LOOKS // len(steps)} and raise wait_seconds instead"
        )


def _guardrails(declared: Mapping[str, Any], wanted: Any) -> GuardrailBounds:
    try:
        return guardrail_bounds(declared, wanted)
    except ValueError as error:
        raise InvalidReleaseRequest(f"guardrails: {error}") from None


def _integer(name: str, value: Any, low: int, high: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise InvalidReleaseRequest(f"{name} is {value!r}; give a whole number from {low} to {high}")
    return value
