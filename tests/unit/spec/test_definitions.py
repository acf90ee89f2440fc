"""Wrong definitions fail when they are read, with the field and the fix."""

from datetime import timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from roost.spec import Aggregation, Column, ColumnType, Gate, Model, OnDemandFeature, Rollout
from roost.spec.definition import short_duration
from tests.unit.spec.conftest import DAY, doubled, source, view


def test_a_sound_model_is_accepted(fields: dict[str, Any]) -> None:
    assert Model(**fields).view_features() == (
        "spend__count_1d", "spend__amount_sum_1d", "spend__count_7d", "spend__amount_sum_7d",
    )  # fmt: skip


def test_the_json_of_a_model_names_functions_by_reference(fields: dict[str, Any]) -> None:
    assert '"tests.unit.spec.conftest:doubled"' in Model(**fields).model_dump_json()


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"label": "fraud"}, "label: 'fraud' is not declared"),
        ({"request": ("at", "customer", "amount", "bad")}, "'bad' is the label; a request cannot know it"),
        ({"request": ("at", "amount")}, "key of spend: 'customer' is not declared"),
        ({"request": ("at", "customer", "amuont")}, "request: 'amuont' is not declared"),
        ({"features": ("amount", "spend__count_2d")}, "features: 'spend__count_2d' is not declared"),
        ({"features": ("amount", "amount")}, "'amount' stands twice"),
        ({"defaults": {"amount": 0.0}}, "defaults: 'amount' is not declared"),
        ({"selection_metric": "accuracy"}, "selection_metric: 'accuracy' is not declared"),
        ({"gates": (Gate(metric="profit", at_least=1),)}, "gates: 'profit' is not declared"),
        ({"candidates": ()}, "at least 1 item"),
        ({"name": "Fraud Model"}, "should match pattern"),
        ({"lable": "bad"}, "Extra inputs are not permitted"),
    ],
)
def test_a_wrong_model_names_field_and_fix(fields: dict[str, Any], changes: dict[str, Any], told: str) -> None:
    with pytest.raises(ValidationError, match=told):
        Model(**{**fields, **changes})


def test_on_demand_features_cannot_use_what_comes_later(fields: dict[str, Any]) -> None:
    first = OnDemandFeature(name="first", function=doubled, inputs=("second",))
    second = OnDemandFeature(name="second", function=doubled, inputs=("first",))
    with pytest.raises(
        ValidationError, match="first takes 'second', which is computed after it or from it; declare features after"
    ):
        Model(**{**fields, "on_demand": (first, second), "features": ("first",)})


def test_on_demand_features_cannot_take_a_name_in_use(fields: dict[str, Any]) -> None:
    clash = OnDemandFeature(name="amount", function=doubled, inputs=("amount",))
    with pytest.raises(ValidationError, match="the name 'amount' is taken"):
        Model(**{**fields, "on_demand": (clash,)})


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"windows": (timedelta(minutes=90),)}, "not a multiple of the tile"),
        ({"windows": (timedelta(0),)}, "not a multiple of the tile"),
        ({"delay": timedelta(minutes=5)}, "delay 0:05:00 is not a multiple of the tile"),
        ({"delay": -DAY}, "delay"),
        ({"tile": timedelta(milliseconds=1)}, "tile must be whole seconds"),
        ({"aggregations": (Aggregation(function="sum", column="channel"),)}, "'channel' is not numeric"),
        ({"aggregations": (Aggregation(function="mean", column="price"),)}, "has no column 'price'"),
    ],
)
def test_a_wrong_view_names_field_and_fix(changes: dict[str, Any], told: str) -> None:
    with pytest.raises(ValidationError, match=told):
        view(**changes)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"event_time": "when"}, "event_time 'when' is no column"),
        ({"event_time": "amount"}, "must have type timestamp"),
        ({"columns": (Column(name="at", type=ColumnType.TIMESTAMP),) * 2}, "'at' is declared twice"),
        ({"max_rejected_share": 1.5}, "max_rejected_share"),
    ],
)
def test_a_wrong_source_names_field_and_fix(changes: dict[str, Any], told: str) -> None:
    with pytest.raises(ValidationError, match=told):
        source(**changes)


def test_bounds_need_a_type_that_they_fit() -> None:
    with pytest.raises(ValidationError, match="need a numeric type"):
        Column(name="at", type=ColumnType.TIMESTAMP, minimum=0)
    with pytest.raises(ValidationError, match="needs type string"):
        Column(name="n", type=ColumnType.INTEGER, allowed=("a",))


def test_an_aggregation_takes_the_column_it_needs() -> None:
    with pytest.raises(ValidationError, match="'count' takes no column"):
        Aggregation(function="count", column="amount")
    with pytest.raises(ValidationError, match="'mean' takes a column"):
        Aggregation(function="mean")


@pytest.mark.parametrize("steps", [(50, 5), (0,), (100,), (5, 5)])
def test_rollout_steps_rise_within_1_and_99(steps: tuple[int, ...]) -> None:
    with pytest.raises(ValidationError, match="steps must rise"):
        Rollout(steps=steps)


@pytest.mark.parametrize("bounds", [{}, {"at_least": 1.0, "at_most": 2.0}])
def test_a_gate_has_one_bound(bounds: dict[str, float]) -> None:
    with pytest.raises(ValidationError, match="exactly one"):
        Gate(metric="roc_auc", **bounds)


@pytest.mark.parametrize(
    ("seconds", "text"), [(1, "1s"), (90, "90s"), (60, "1m"), (3600, "1h"), (86_400, "1d"), (36 * 3600, "36h")]
)
def test_durations_are_short(seconds: int, text: str) -> None:
    assert short_duration(timedelta(seconds=seconds)) == text
