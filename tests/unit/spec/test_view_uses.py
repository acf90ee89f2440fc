"""What definitions make of a view: on-demand features by way of others, and inputs of models."""

from typing import Any

import numpy as np

from roost.spec import Model, OnDemandFeature
from roost.spec.view_uses import FeatureUse, feature_uses, on_demand_of
from tests.unit.spec.conftest import DAY, model_fields, view


def added(left: Any, right: Any) -> Any:
    return np.asarray(left) + right


def feature(name: str, *inputs: str) -> OnDemandFeature:
    return OnDemandFeature(name=name, function=added, inputs=inputs)


def project(*on_demand: OnDemandFeature, inputs: tuple[str, ...] = ("amount",), **changes: Any) -> Model:
    return Model(**{**model_fields(), "on_demand": on_demand, "features": inputs, **changes})


def of(model: Model, name: str) -> FeatureUse:
    (found,) = (use for use in feature_uses(view(), [model]) if use.feature == name)
    return found


def test_a_feature_may_be_an_input_itself_and_by_others() -> None:
    model = project(feature("more", "spend__count_1d", "amount"), inputs=("more", "spend__count_1d", "amount"))
    assert of(model, "spend__count_1d") == FeatureUse(
        "fraud", "spend__count_1d", ("more",), ("more", "spend__count_1d")
    )


def test_what_is_computed_from_what_is_computed_counts_too() -> None:
    model = project(
        feature("first", "spend__count_1d", "amount"), feature("other", "amount", "amount"),
        feature("second", "first", "other"), inputs=("second", "other"),
    )  # fmt: skip
    assert of(model, "spend__count_1d") == FeatureUse("fraud", "spend__count_1d", ("first", "second"), ("second",))
    assert [item.name for item in on_demand_of(view(), model)] == ["first", "second"]


def test_a_feature_that_nobody_takes_is_used_by_nothing() -> None:
    assert of(project(), "spend__amount_sum_7d") == FeatureUse("fraud", "spend__amount_sum_7d", (), ())


def test_every_feature_of_the_view_is_told_of_every_model_that_declares_it() -> None:
    models = [project(), project(name="churn"), project(name="other", views=())]
    found = [(use.model, use.feature) for use in feature_uses(view(), models)]
    assert found == [(name, each) for name in ("fraud", "churn") for each in view().features()]


def test_a_view_of_the_same_name_and_another_meaning_is_another_view() -> None:
    assert feature_uses(view(windows=(3 * DAY,)), [project()]) == []
