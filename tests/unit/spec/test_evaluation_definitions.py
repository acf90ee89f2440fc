"""What a model says of its evaluation: names meet, contradictions are refused with the fix."""

from typing import Any

import pytest
from pydantic import ValidationError

from roost.spec import DecisionThreshold, Evaluation, Gate, Invariance, Model, ProjectMetric, Slice


def nothing(*_: Any) -> Any:
    return {}


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"gates": (Gate(metric="roc", at_least=0.5),)}, "gates: 'roc' is not declared; use one of"),
        ({"gates": (Gate(metric="cost_per_row", at_most=1),)}, "declare the threshold's two costs"),
        ({"gates": (Gate(metric="latency_p99_ms", versus="champion"),)}, "measured in the run"),
        ({"gates": (Gate(metric="roc_auc", at_least=0.5, slice="region"),)}, "slice 'region' is not declared"),
        ({"evaluation": Evaluation(cluster="nobody")}, "'nobody' is not declared"),
        ({"slices": (Slice(name="who", column="nobody"),)}, "'nobody' is not declared"),
        ({"slices": (Slice(name="a", column="amount"),) * 2}, "slices: the name 'a' stands twice"),
        ({"behaviours": (Invariance(name="a", change=nothing),) * 2}, "behaviours: the name 'a' stands twice"),
        (
            {"threshold": DecisionThreshold(cost_of_false_positive=1, cost_of_false_negative="nobody")},
            "'nobody' is not declared",
        ),
    ],
)
def test_names_must_meet(fields: dict[str, Any], changes: dict[str, Any], told: str) -> None:
    with pytest.raises(ValidationError, match=told):
        Model(**{**fields, **changes})


def test_a_metric_without_resamples_has_no_interval_to_gate_on(fields: dict[str, Any]) -> None:
    metric = ProjectMetric(name="own", function=nothing, resamples=0)
    with pytest.raises(ValidationError, match="set resamples of that project metric"):
        Model(**{**fields, "project_metrics": (metric,), "gates": (Gate(metric="own", at_least=1, on="lower"),)})
    Model(**{**fields, "project_metrics": (metric,), "gates": (Gate(metric="own", at_least=1),)})


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({}, "exactly one of review_rate"),
        ({"review_rate": 0.1, "min_recall": 0.5}, "exactly one of review_rate"),
        ({"cost_of_false_positive": 1}, "both cost_of_false_positive and cost_of_false_negative"),
        ({"cost_of_false_positive": -1, "cost_of_false_negative": 1}, "must not be negative"),
    ],
)
def test_a_threshold_has_one_rule(changes: dict[str, Any], told: str) -> None:
    with pytest.raises(ValidationError, match=told):
        DecisionThreshold(**changes)


def test_costs_beside_another_rule_are_reported() -> None:
    rule = DecisionThreshold(review_rate=0.1, cost_of_false_positive=1, cost_of_false_negative="amount")
    assert rule.cost_columns() == ("amount",)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({}, "exactly one of column and function"),
        ({"column": "amount", "function": nothing, "inputs": ("amount",)}, "exactly one of column and function"),
        ({"column": "amount", "edges": (2, 1)}, "edges must rise"),
        ({"function": nothing}, "name the inputs"),
    ],
)
def test_a_slice_is_cut_in_one_way(changes: dict[str, Any], told: str) -> None:
    with pytest.raises(ValidationError, match=told):
        Slice(name="a", **changes)


def test_what_judges_a_model_is_carried_with_its_training_set(fields: dict[str, Any]) -> None:
    model = Model(
        **{
            **fields,
            "evaluation": Evaluation(cluster="customer"),
            "slices": (Slice(name="size", column="amount"), Slice(name="who", column="customer")),
        }
    )
    assert set(model.carried_columns()) == {"at", "bad", "customer"}  # amount is a feature already
