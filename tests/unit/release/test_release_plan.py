"""From the model's rollout and a request to a plan."""

from typing import Any

import pytest

from roost.domain.release_plan import requested_version, rollout_plan
from roost.errors import InvalidReleaseRequest
from roost.names import Strategy
from roost.spec import Rollout

ROLLOUT: dict[str, Any] = Rollout(steps=(5, 25, 50)).model_dump(mode="json")


def steps(request: dict[str, Any], first: bool = False) -> tuple[int, ...]:
    return rollout_plan(ROLLOUT, request, first).steps


def test_the_models_rollout_is_the_default() -> None:
    plan = rollout_plan(ROLLOUT, {"version": 2}, first=False)
    assert (plan.strategy, plan.steps, plan.wait_seconds) == (Strategy.CANARY, (5, 25, 50, 100), 60)


def test_a_request_overrides_single_fields_and_single_guardrails() -> None:
    plan = rollout_plan(ROLLOUT, {"steps": [10], "guardrails": {"max_error_share": 0.5}}, first=False)
    assert plan.steps == (10, 100)
    assert (plan.guardrails.max_error_share, plan.guardrails.max_rank_shift) == (0.5, 0.15)


def test_a_first_release_takes_all_traffic_at_once() -> None:
    assert steps({"version": 1}, first=True) == (100,)


def test_a_rollback_takes_all_traffic_at_once() -> None:
    assert steps({"rollback_to": 1}) == (100,)


def test_linear_repeats_its_first_step() -> None:
    assert steps({"strategy": "linear", "steps": [30]}) == (30, 60, 90, 100)


def test_blue_green_bakes_at_all_traffic() -> None:
    plan = rollout_plan(ROLLOUT, {"strategy": "blue_green"}, first=False)
    assert plan.steps == (100,)
    assert plan.bake


@pytest.mark.parametrize(
    ("request_", "told"),
    [
        ({"strategy": "yolo"}, "strategy is 'yolo'"),
        ({"steps": [50, 5]}, "must rise"),
        ({"steps": [0, 5]}, "whole number from 1 to 99"),
        ({"steps": []}, "rising percentages"),
        ({"steps": "5,25"}, "rising percentages"),
        ({"steps": [5.5]}, "whole number"),
        ({"wait_seconds": 0}, "wait_seconds is 0"),
        ({"min_requests": True}, "min_requests is True"),
        ({"guardrails": {"max_fun": 1}}, "max_fun"),
        ({"guardrails": {"max_error_share": "high"}}, "guardrails"),
    ],
)
def test_a_wrong_field_is_named(request_: dict[str, Any], told: str) -> None:
    with pytest.raises(InvalidReleaseRequest, match=told):
        rollout_plan(ROLLOUT, request_, first=False)


@pytest.mark.parametrize(
    "request_", [{}, {"version": 1, "rollback_to": 2}, {"version": "7"}, {"version": 0}, {"version": 1, "setps": []}]
)
def test_a_request_names_one_version_and_known_fields_only(request_: dict[str, Any]) -> None:
    with pytest.raises(InvalidReleaseRequest):
        requested_version(request_)
