"""What a definition must say for its problem, for text as input, and for a split by hash."""

from typing import Any

import pytest
from pydantic import ValidationError

from roost.names import Problem
from roost.spec import Aggregation, Column, ColumnType, Gate, HashSplit, Model
from tests.unit.spec.conftest import source, view

CHANNEL = ("shop", "web")
KINDS = ("bad", "dull", "good")
LEAST_LOG_LOSS = (Gate(metric="log_loss", at_most=1.0),)


def typed(**types: Column) -> Any:
    """The source with other columns under their names."""
    return source(columns=tuple(types.get(column.name, column) for column in source().columns))


def text(name: str, *allowed: str, nullable: bool = False) -> Column:
    return Column(name=name, type=ColumnType.STRING, allowed=allowed, nullable=nullable)


def project(fields: dict[str, Any], label: Column, **changes: Any) -> Model:
    changed = typed(bad=label)
    return Model(**{**fields, "source": changed, "views": (view(source=changed),), **changes})


def test_a_text_label_names_its_classes(fields: dict[str, Any]) -> None:
    model = project(fields, text("bad", "no", "yes"), classes=("no", "yes"))
    assert (model.problem, model.classes, model.selection_metric) == (
        Problem.BINARY,
        ("no", "yes"),
        "average_precision",
    )
    with pytest.raises(ValidationError, match="label 'bad' is string; name its two values, the positive one second"):
        project(fields, text("bad"))


@pytest.mark.parametrize(
    ("problem", "metric"), [(Problem.MULTICLASS, "log_loss"), (Problem.REGRESSION, "root_mean_squared_error")]
)
def test_each_problem_has_its_usual_metric_and_needs_no_threshold(
    fields: dict[str, Any], problem: Problem, metric: str
) -> None:
    label = text("bad") if problem is Problem.MULTICLASS else Column(name="bad", type=ColumnType.FLOAT)
    classes = KINDS if problem is Problem.MULTICLASS else ()
    gates = (Gate(metric=metric, at_most=1.0),)
    model = project(fields, label, problem=problem, classes=classes, gates=gates, threshold=None)
    assert (model.selection_metric, model.threshold) == (metric, None)


@pytest.mark.parametrize(
    ("label", "changes", "told"),
    [
        (text("bad", "a", "b"), {"classes": ("a", "c")}, r"differ from what 'bad' allows: \['a', 'b'\]"),
        (text("bad"), {"classes": KINDS}, "a binary model has two, the positive one second, not 3"),
        (text("bad"), {"classes": ("a", "a")}, "each must stand once"),
        (text("bad"), {"classes": ("a", "b"), "problem": Problem.MULTICLASS}, "at least three; two are a binary"),
        (
            text("bad"),
            {"classes": KINDS, "problem": Problem.MULTICLASS, "gates": LEAST_LOG_LOSS},
            "leave the threshold",
        ),
        (text("bad"), {"problem": Problem.REGRESSION}, "label: 'bad' of a regression must be a number"),
        (Column(name="bad", type=ColumnType.FLOAT), {"classes": ("0", "1")}, "values of a string, integer or boolean"),
        (Column(name="bad", type=ColumnType.INTEGER), {"threshold": None}, "a binary model needs one"),
    ],
)
def test_a_wrong_problem_names_field_and_fix(
    fields: dict[str, Any], label: Column, changes: dict[str, Any], told: str
) -> None:
    with pytest.raises(ValidationError, match=told):
        project(fields, label, **changes)


def with_channel(fields: dict[str, Any], channel: Column, *features: str) -> Model:
    changed = typed(channel=channel)
    request = ("at", "customer", "amount", "channel")
    views = (view(source=changed),)
    return Model(**{**fields, "source": changed, "views": views, "request": request, "features": features})


def test_text_with_declared_values_is_an_input_as_number_or_one_by_one(fields: dict[str, Any]) -> None:
    channel = text("channel", *CHANNEL)
    assert channel.one_hot() == ("channel__shop", "channel__web")
    model = with_channel(fields, channel, "amount", "channel", *channel.one_hot())
    assert model.categories() == {"channel": CHANNEL}


def test_text_without_declared_values_is_refused(fields: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match="'channel' is text, and models take numbers; declare its values with"):
        with_channel(fields, text("channel"), "channel")
    with pytest.raises(ValidationError, match="'channel__phone' is not declared; use one of .*'channel__shop'"):
        with_channel(fields, text("channel", *CHANNEL), "channel__phone")


@pytest.mark.parametrize("allowed", [("a", "a"), ("a", "")])
def test_declared_values_differ_and_none_is_empty(allowed: tuple[str, ...]) -> None:
    with pytest.raises(ValidationError, match="allowed must hold different texts, none empty, which stands for null"):
        text("channel", *allowed)


@pytest.mark.parametrize(
    ("split", "told"),
    [
        ({"by": "number"}, "split.by: 'number' is no column of source 'payments'"),
        ({"by": "amount"}, "must be a string or integer column that is not nullable"),
        ({"by": "customer", "holdout": 0.7, "selection": 0.3}, "their sum must be below 1"),
    ],
)
def test_a_split_by_hash_names_field_and_fix(fields: dict[str, Any], split: dict[str, Any], told: str) -> None:
    with pytest.raises(ValidationError, match=told):
        Model(**{**fields, "split": HashSplit(**split)})


def test_views_of_the_label_need_a_split_by_time(fields: dict[str, Any]) -> None:
    leaky = view(aggregations=(Aggregation(function="mean", column="bad"),))
    changes = {"views": (leaky,), "features": ("amount",), "split": HashSplit(by="customer")}
    with pytest.raises(ValidationError, match="spend uses the label 'bad', which a split by hash lets into training"):
        Model(**{**fields, **changes})


def test_the_key_of_a_split_by_hash_goes_with_the_training_set(fields: dict[str, Any]) -> None:
    assert Model(**{**fields, "split": HashSplit(by="customer")}).carried_columns() == ("at", "bad", "customer")
