"""Requests that are wrong are refused by name, and nothing moves."""

from typing import Any

import pytest

from roost.domain.experiments import experiment_from
from roost.domain.registry import Actor
from roost.domain.release_moves import release_start
from roost.domain.served_arms import MAX_BYTES, frozen, thawed
from roost.errors import ReleaseInProgress, UnknownVersion, VersionNotApproved
from roost.experiment_errors import (
    ExperimentRunning,
    InvalidExperimentRequest,
    SignaturesDiffer,
    UnknownExperiment,
)
from roost.workflows.release_planning import plan_release
from tests.unit.experiments.conftest import COLUMNS, MODEL, NOW, ExperimentBench, column

ROLLOUT = {
    "strategy": "canary",
    "steps": [5],
    "wait_seconds": 1,
    "min_requests": 1,
    "max_looks": 1,
    "guardrails": {"max_error_share": 1, "max_latency_ratio": 2, "max_rank_shift": 0.5},
}

WRONG: list[tuple[dict[str, Any], str]] = [
    ({"share": 0}, "share is 0; give a number from 1 to 99"),
    ({"share": 100}, "share is 100"),
    ({"share": "half"}, "share is 'half'"),
    ({"share": float("nan")}, "share is nan"),
    ({"share": True}, "share is True"),
    ({"b": 1}, "a and b are both version 1"),
    ({"b": None}, "b is None; give the number of a version"),
    ({"a": 2, "b": 1}, "a is version 2, but version 1 serves"),
    ({"by": "merchant"}, "by: 'merchant' is no field of the request; it has customer, at, amount"),
    ({"by": "amount"}, "by: amount is a decimal; split by an integer or a string"),
    ({"by": ""}, "by is ''"),
    ({"metric": "revenue"}, "metric: 'revenue' is none of outcome, score, decision_rate, customer, amount"),
    ({"metric": "amount"}, "low, high: declare the bounds of amount"),
    ({"low": 3, "high": 3}, "low is 3 and high 3"),
    ({"better": "bigger"}, "better is 'bigger'"),
    ({"policy": "greedy"}, "policy is 'greedy'"),
    ({"policy": "thompson", "share": 5}, "share is 5; the policy leaves each arm at least 10%"),
    ({"policy": "thompson", "every_hours": 0.1}, "every_hours is 0.1"),
    ({"alpha": 0.9}, "alpha is 0.9"),
    ({"margin": -1}, "margin is -1"),
    ({"salt": "s" * 65}, "give a text of at most 64 bytes"),
    ({"shares": 50}, "unknown field 'shares'"),
    ({"action": "begin"}, "action is 'begin'"),
]


@pytest.mark.parametrize(("changed", "told"), WRONG, ids=[told[:40] for _, told in WRONG])
def test_a_wrong_request_names_the_field_and_moves_nothing(
    bench: ExperimentBench, changed: dict[str, Any], told: str
) -> None:
    before = bench.standing()
    with pytest.raises(InvalidExperimentRequest) as refused:
        bench.plan(**changed)
    assert told in str(refused.value)
    assert bench.standing() == before


def test_an_unknown_or_unapproved_challenger_is_refused(bench: ExperimentBench) -> None:
    before = bench.standing()
    with pytest.raises(UnknownVersion):
        bench.plan(b=9)
    number = bench.register(0.3, approved=False)
    with pytest.raises(VersionNotApproved):
        bench.plan(b=number)
    assert bench.standing()[:2] == before[:2]


def test_packages_with_different_requests_are_refused_with_the_difference(bench: ExperimentBench) -> None:
    bounded = column("amount", "decimal", maximum=5)
    number = bench.register(0.3, request=[*COLUMNS[:2], bounded, column("country", "string")])
    before = bench.standing()
    with pytest.raises(SignaturesDiffer) as refused:
        bench.plan(b=number)
    assert "country is only in b" in str(refused.value)
    assert "amount: maximum None in a and 5 in b" in str(refused.value)
    assert bench.standing() == before


def test_a_decision_rate_needs_a_decision(bench: ExperimentBench) -> None:
    number = bench.register(0.3, decision=None)
    with pytest.raises(InvalidExperimentRequest, match="declares no decision"):
        bench.plan(b=number, metric="decision_rate")


def test_a_model_that_is_being_released_takes_no_experiment(bench: ExperimentBench) -> None:
    third = bench.register(0.3)
    event = {"model": MODEL, "release": "slow", "request": {"version": third}}
    plan_release({**event, "rollout": ROLLOUT}, bench.ports)
    before = bench.standing()
    with pytest.raises(ReleaseInProgress, match="slow"):
        bench.plan()
    assert bench.standing() == before


def test_an_experiment_refuses_a_release_and_another_experiment_by_its_name(bench: ExperimentBench) -> None:
    bench.start()
    third, head = bench.register(0.3), bench.registry.head(MODEL)
    with pytest.raises(ExperimentRunning, match="experiment exp of fraud"):
        bench.plan("another", b=third)
    release = bench.registry.release(MODEL, "release-1")
    with pytest.raises(ExperimentRunning, match="roost experiment stop fraud"):
        release_start(head, bench.registry.version(MODEL, third), release, Actor("training", NOW))


def test_what_holds_a_model_is_said_before_what_its_version_lacks(bench: ExperimentBench) -> None:
    bench.start()
    event = {"model": MODEL, "release": "two", "request": {"version": bench.register(0.3, approved=False)}}
    with pytest.raises(ExperimentRunning, match="experiment exp of fraud"):
        plan_release({**event, "rollout": ROLLOUT}, bench.ports)


@pytest.mark.parametrize("action", ["stop", "promote", "reshare"])
def test_what_does_not_run_cannot_be_changed(bench: ExperimentBench, action: str) -> None:
    with pytest.raises(UnknownExperiment, match="no experiment of fraud is running"):
        bench.ask(action)


def test_nothing_to_observe_is_no_error(bench: ExperimentBench) -> None:
    assert bench.ask("observe") == {"action": "rest"}


def test_an_experiment_reads_as_it_was_written(bench: ExperimentBench) -> None:
    from dataclasses import asdict

    found = bench.start(policy="thompson", better="lower", salt="s")
    assert experiment_from({**asdict(found), "of a later time": 1}) == found


def test_the_arms_fit_into_a_variable_and_come_back(bench: ExperimentBench) -> None:
    found = bench.start(share=20)
    text = frozen(found)
    served = thawed(text)
    assert len(text) < MAX_BYTES / 4
    assert (served.experiment, served.arms, served.split) == (found.identifier, found.arms, found.split)
    assert [arm.share for arm in served.arms] == [0.8, 0.2]
