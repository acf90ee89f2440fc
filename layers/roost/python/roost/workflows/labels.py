"""Labels as numbers, what each problem demands of them, and what a run tells of them."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from roost.domain.categories import codes
from roost.errors import DataRejected
from roost.names import Problem
from roost.spec import ColumnType, Model

Labels = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]


def label_values(model: Model, column: npt.NDArray[Any]) -> Labels:
    """The labels of rows as float64 of shape (rows,), NaN where there is none.

    Binary 0 and 1, multiclass the place in ``Model.classes``, regression the number itself.

    Raises:
        DataRejected: a label is none of these; the message names it and the fix.
    """
    if not model.classes:
        return _checked_numbers(model, column.astype(np.float64))
    texts = _as_text(column, model.source.column(model.label).type)
    label = codes(texts, model.classes)
    strange = np.unique(texts[np.isnan(label) & (texts != "")])
    if strange.size:
        raise DataRejected(
            f"label '{model.label}' holds {str(strange[0])!r}, which is none of the classes {list(model.classes)}: "
            "declare these as allowed to have such rows quarantined, or add the class"
        )
    return label


def _as_text(column: npt.NDArray[Any], kind: ColumnType) -> npt.NDArray[np.str_]:
    """Values as classes name them, null as empty text."""
    if kind is ColumnType.STRING:
        return column
    different, place = np.unique(column.astype(np.float64), return_inverse=True)
    names = {0.0: "false", 1.0: "true"} if kind is ColumnType.BOOLEAN else {}
    return np.array(["" if np.isnan(one) else names.get(one, f"{one:.0f}") for one in different], dtype=np.str_)[place]


def _checked_numbers(model: Model, label: Labels) -> Labels:
    others = np.setdiff1d(label[~np.isnan(label)], (0.0, 1.0))
    if model.problem is Problem.BINARY and others.size:
        raise DataRejected(
            f"label '{model.label}' holds {others[0]:g}; it must be 0 or 1: declare minimum 0 and maximum 1 to have "
            "such rows quarantined, or name its two values in classes"
        )
    return label


def check_fold(model: Model, fold: str, label: Labels) -> None:
    """Check that a model can be fitted or judged on a fold's labels; ``fold`` says which and from where.

    Raises:
        DataRejected: a class is absent, or all numbers of a regression are equal.
    """
    told, remedy = f"fold {fold} has {len(label)} labelled rows", "land more data, move the cutoff, or change the split"
    if model.problem is Problem.REGRESSION:
        if not len(label) or label.min() == label.max():
            raise DataRejected(f"{told}, whose label does not vary: {remedy}")
    elif model.problem is Problem.MULTICLASS:
        absent = [name for place, name in enumerate(model.classes) if place not in label]
        if absent:
            raise DataRejected(f"{told}, none of them {absent[0]!r}; every class is needed: {remedy}")
    elif (positives := int(label.sum())) in (0, len(label)):
        raise DataRejected(f"{told}, {positives} of them positive; both classes are needed: {remedy}")


def label_summary(model: Model, label: Labels, folds: Mapping[str, Mask]) -> dict[str, Any]:
    """What a run tells of the labels in each fold: ``positives``, ``classes`` (rows of each) or ``means``."""
    found = {name: label[mask] for name, mask in folds.items()}
    if model.problem is Problem.BINARY:
        return {"positives": {name: int(each.sum()) for name, each in found.items()}}
    if model.problem is Problem.REGRESSION:
        return {"means": {name: float(each.mean()) for name, each in found.items()}}
    counts = {name: np.bincount(each.astype(np.int64), minlength=len(model.classes)) for name, each in found.items()}
    return {"classes": {name: dict(zip(model.classes, each.tolist(), strict=True)) for name, each in counts.items()}}
