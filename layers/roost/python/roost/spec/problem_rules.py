"""What a model must declare for its problem: label, classes, threshold, split."""

from __future__ import annotations

from typing import TYPE_CHECKING

from roost.names import Problem
from roost.spec.sources import NUMERIC, Column, ColumnType
from roost.spec.splits import HashSplit

if TYPE_CHECKING:
    from roost.spec.model import Model

NAMED = (ColumnType.STRING, ColumnType.INTEGER, ColumnType.BOOLEAN)


def check_problem(model: Model) -> None:
    """Check label, classes, threshold and split against the problem.

    Raises:
        ValueError: names the field and the fix.
    """
    label = model.source.column(model.label)
    _check_label(model, label)
    if model.classes:
        _check_classes(model, label)
    _check_threshold(model)
    if isinstance(model.split, HashSplit):
        _check_hash_split(model, model.split)


def _check_label(model: Model, label: Column) -> None:
    if model.problem is Problem.REGRESSION:
        if label.type not in NUMERIC or model.classes:
            raise ValueError(f"label: {label.name!r} of a regression must be a number, and classes stay empty")
    elif model.problem is Problem.MULTICLASS and len(model.classes) <= 2:
        raise ValueError("classes: a multiclass model names all its classes, at least three; two are a binary problem")
    elif label.type not in NUMERIC and not model.classes:
        raise ValueError(
            f"classes: label {label.name!r} is {label.type.value}; name its two values, the positive one second"
        )


def _check_classes(model: Model, label: Column) -> None:
    if label.type not in NAMED:
        raise ValueError(
            f"classes: label {label.name!r} is {label.type.value}; classes are values of a string, integer or boolean"
        )
    if len(set(model.classes)) < len(model.classes) or "" in model.classes:
        raise ValueError("classes: each must stand once, and none be empty, which stands for null")
    if model.problem is Problem.BINARY and len(model.classes) != 2:
        raise ValueError(
            f"classes: a binary model has two, the positive one second, not {len(model.classes)}; or set "
            "problem=Problem.MULTICLASS"
        )
    if label.allowed and set(label.allowed) != set(model.classes):
        raise ValueError(
            f"classes: {list(model.classes)} differ from what {label.name!r} allows: {list(label.allowed)}"
        )


def _check_threshold(model: Model) -> None:
    if model.problem is Problem.BINARY and model.threshold is None:
        raise ValueError("threshold: a binary model needs one; set threshold=DecisionThreshold(review_rate=...)")
    if model.problem is Problem.MULTICLASS and model.threshold is not None:
        raise ValueError("threshold: a multiclass model answers its most probable class; leave the threshold out")
    if model.problem is Problem.REGRESSION and model.threshold and model.threshold.review_rate is None:
        raise ValueError("threshold: numbers are neither right nor wrong; a regression may only have a review_rate")


def _check_hash_split(model: Model, split: HashSplit) -> None:
    if split.by not in [column.name for column in model.source.columns]:
        raise ValueError(f"split.by: {split.by!r} is no column of source {model.source.name!r}")
    key = model.source.column(split.by)
    if key.type not in (ColumnType.STRING, ColumnType.INTEGER) or key.nullable:
        raise ValueError(f"split.by: {split.by!r} must be a string or integer column that is not nullable")
    for view in model.views:
        if view.source.name == model.source.name and model.label in view.used_columns():
            raise ValueError(
                f"views: {view.name} uses the label {model.label!r}, which a split by hash lets into training from "
                "rows that are evaluated; split by time, or drop the view"
            )
