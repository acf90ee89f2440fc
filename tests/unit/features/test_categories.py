"""Text as numbers: training and serving give a row the same vector, whatever its texts are."""

import json
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from roost.adapters.fast_json import FastJson
from roost.adapters.in_memory import FixedClock, InMemoryOnlineStore
from roost.domain.categories import codes
from roost.domain.feature_vector import FeaturePlan, OnDemand, assemble
from roost.workflows.packages import LoadedPackage
from roost.workflows.serving import PredictionService

PLACES = ("Köln", "St. John's", "New\nYork", "🦉", "no")
PLANS = ("gold", "none")
Row = dict[str, Any]


def column(name: str, kind: str, allowed: tuple[str, ...] = ()) -> dict[str, Any]:
    bounds = {"nullable": True, "minimum": None, "maximum": None}
    return {"name": name, "type": kind, "allowed": list(allowed), **bounds}


def both(place: Any, amount: Any) -> Any:
    return place * 100 + amount


MANIFEST: dict[str, Any] = {
    "features": ["place__🦉", "amount", "plan", "place__Köln", "place", "both", "plan__none"],
    "request": [column("place", "string", PLACES), column("plan", "string", PLANS), column("amount", "float")],
    "defaults": {},
    "on_demand": [{"name": "both", "function": f"{__name__}:both", "inputs": ["place", "amount"]}],
    "event_time": "at",
    "decision": None,
    "rank_reference": [0.0, 1.0],
}
PLAN = FeaturePlan(
    tuple(MANIFEST["features"]), (OnDemand("both", both, ("place", "amount")),), {}, {"place": PLACES, "plan": PLANS}
)


class Recording:
    """Keeps the vectors that it is given."""

    def __init__(self) -> None:
        self.seen: list[Any] = []

    def score(self, features: Any) -> Any:
        self.seen.append(features.copy())
        return np.zeros(len(features), dtype=np.float32)


def service(model: Recording, lines: list[str]) -> PredictionService:
    package = LoadedPackage("digest", MANIFEST, PLAN, (), model)
    clock = FixedClock(datetime(2026, 1, 1, tzinfo=UTC))
    return PredictionService("toy", 1, "1", package, InMemoryOnlineStore(), clock, FastJson(), lines.append)


def served(rows: list[Row]) -> Any:
    model, lines = Recording(), []  # type: ignore[var-annotated]
    answers = [service(model, lines).respond({"body": json.dumps(row)}) for row in rows]
    assert {answer["statusCode"] for answer in answers} == {200}
    return np.concatenate(model.seen)


def trained(rows: list[Row]) -> Any:
    """As BuildFeatures makes them: a null text is read as an empty one."""
    texts = {name: np.array([row[name] or "" for row in rows], dtype=np.str_) for name in ("place", "plan")}
    amount = np.array([np.nan if row["amount"] is None else row["amount"] for row in rows], dtype=np.float64)
    numbers = {name: codes(column, PLAN.categories[name]) for name, column in texts.items()}
    return assemble(PLAN, {**numbers, "amount": amount})


ROWS = st.lists(
    st.fixed_dictionaries({
        "place": st.sampled_from([*PLACES, None]),
        "plan": st.sampled_from([*PLANS, None]),
        "amount": st.none() | st.floats(-1e6, 1e6),
    }),
    min_size=1,
    max_size=12,
)  # fmt: skip


@given(ROWS)
def test_training_and_serving_give_a_row_the_same_vector(rows: list[Row]) -> None:
    assert np.array_equal(trained(rows), served(rows), equal_nan=True)


def test_a_category_is_its_place_and_its_indicators_are_0_or_1() -> None:
    rows: list[Row] = [{"place": "🦉", "plan": "none", "amount": 1.5}, {"place": None, "plan": None, "amount": 1.5}]
    known, unknown = served(rows).tolist()
    assert known == [1.0, 1.5, 1.0, 0.0, 3.0, 301.5, 1.0]
    assert [unknown[place] for place in (0, 3, 6)] == [0.0, 0.0, 0.0]
    assert np.isnan([unknown[place] for place in (2, 4, 5)]).all()


def test_only_what_is_needed_must_be_known() -> None:
    plan = FeaturePlan(("place__no", "amount"), (), {}, {"place": PLACES, "plan": PLANS})
    assert (plan.inputs, list(plan.codes)) == (("place", "amount"), ["place"])
    assert FeaturePlan.from_manifest(MANIFEST).inputs == PLAN.inputs == ("place", "amount", "plan")


def test_an_unknown_category_is_refused_with_those_there_are() -> None:
    lines: list[str] = []
    answer = service(Recording(), lines).respond({"body": json.dumps({"place": "Bonn", "plan": "gold"})})
    problem = json.loads(answer["body"])
    assert (answer["statusCode"], problem["field"]) == (422, "place")
    assert problem["detail"].startswith("place is 'Bonn'; it must be one of Köln, St. John's")


def test_the_record_of_a_prediction_has_the_numbers() -> None:
    lines: list[str] = []
    service(Recording(), lines).respond({"body": json.dumps({"place": "🦉", "plan": None, "amount": 2.0})})
    record = json.loads(lines[0])["prediction"]
    assert record["request"]["place"] == "🦉"
    assert {name: record["inputs"][name] for name in ("place", "plan")} == {"place": 3.0, "plan": None}


@pytest.mark.parametrize("texts", [[], ["", "gold", "none", "elsewhere"]])
def test_what_is_no_category_has_no_number(texts: list[str]) -> None:
    found = codes(np.array(texts, dtype=np.str_), PLANS)
    assert found.dtype == np.float64
    assert np.array_equal(found, [np.nan, 0, 1, np.nan][: len(texts)], equal_nan=True)
