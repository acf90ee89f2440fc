"""A scoring function with two packages: which one answers whom, and what the answer says."""

import json
from dataclasses import replace
from typing import Any

import pytest

from roost.domain.assignment import Split
from roost.domain.experiments import Arm
from roost.domain.served_arms import ServedArms
from roost.errors import NoModelReleased
from roost.workflows.arms import load_arms
from roost.workflows.packages import LoadedPackage
from roost.workflows.serving import PredictionService
from tests.unit.serving.test_prediction_service import LAYOUT, MANIFEST, PLAN, Sum, ask, service

CUSTOMER = {"name": "customer", "type": "integer", "nullable": True, "minimum": None, "maximum": None, "allowed": []}
NULLABLE = {**MANIFEST, "request": [CUSTOMER if c["name"] == "customer" else c for c in MANIFEST["request"]]}


class Double(Sum):
    """Twice what ``Sum`` says."""

    def score(self, features: Any) -> Any:
        return 2 * super().score(features)


def package(digest: str, model: Any) -> LoadedPackage:
    threshold = 0.5 if digest == "first" else 0.05
    return LoadedPackage(digest, {**NULLABLE, "threshold": threshold}, PLAN, (LAYOUT,), model)


def experimenting(lines: list[str], share: float = 0.5) -> PredictionService:
    arms = (Arm("a", 4, "first", 1 - share), Arm("b", 5, "second", share))
    served = ServedArms("exp", arms, Split("customer", "salt", (1 - share, share)))
    packages = {"first": package("first", Sum()), "second": package("second", Double())}
    loaded = load_arms(served, packages.__getitem__)
    return replace(service(lines), package=loaded.packages[0], arms=loaded)


@pytest.fixture
def lines() -> list[str]:
    return []


def test_each_entity_keeps_its_arm_and_is_scored_by_its_package(lines: list[str]) -> None:
    asked = experimenting(lines)
    answers = {customer: [ask(asked, customer=customer, amount=10.0)[1] for _ in range(3)] for customer in range(40)}
    told = {customer: {one["experiment"]["arm"] for one in each} for customer, each in answers.items()}
    assert all(len(arms) == 1 for arms in told.values())
    assert {arm for arms in told.values() for arm in arms} == {"a", "b"}
    for customer, (first, *_) in answers.items():
        arm = first["experiment"]["arm"]
        score = 0.03 if customer != 7 else 0.043
        assert first["score"] == pytest.approx(score * (2 if arm == "b" else 1), abs=1e-6)
        assert (first["model_version"], first["threshold"]) == ((4, 0.5) if arm == "a" else (5, 0.05))


def test_the_record_is_the_exposure_with_arm_and_propensity(lines: list[str]) -> None:
    _, answer = ask(experimenting(lines, share=0.2), customer=3, amount=10.0)
    (record,) = (json.loads(text)["prediction"] for text in lines)
    told = record["experiment"]
    assert told == answer["experiment"]
    assert told["propensity"] == (0.2 if told["arm"] == "b" else 0.8)
    assert told["id"] == "exp"


def test_a_request_that_names_nobody_gets_the_control_and_says_so(lines: list[str]) -> None:
    _, answer = ask(experimenting(lines, share=0.99), amount=10.0)
    assert answer["experiment"] == {
        "id": "exp", "arm": "a", "propensity": 1.0, "assigned": False,
        "note": "the request names no customer, so the control answered; it is not part of the experiment",
    }  # fmt: skip
    assert answer["model_version"] == 4


def test_without_an_experiment_nothing_is_said_of_one(lines: list[str]) -> None:
    assert "experiment" not in ask(service(lines), customer=7, amount=20.0)[1]


def test_golden_rows_are_scored_by_the_arm_that_is_named(lines: list[str]) -> None:
    asked = experimenting(lines)
    row = [{"amount": 1.0, "spend__count_1d": 0.0, "spend__amount_mean_1d": 0.0}]
    first, second = (asked.score_golden_rows(row, arm) for arm in ("first", "second"))
    assert (first["package"], second["package"]) == ("first", "second")
    assert second["scores"][0] == pytest.approx(2 * first["scores"][0])
    assert asked.score_golden_rows(row)["package"] == "first"
    with pytest.raises(NoModelReleased, match="no arm of experiment exp has package third"):
        asked.score_golden_rows(row, "third")
