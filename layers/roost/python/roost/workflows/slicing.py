"""The groups of a model's slices within the holdout."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from roost.domain.segment_names import binned, words
from roost.names import Fold, Problem
from roost.spec import Model, Slice
from roost.workflows.training_set import TrainingSet

Rows = npt.NDArray[np.intp]


@dataclass(frozen=True)
class Group:
    """One group: its places among the holdout's rows, and whether they are enough to judge it by."""

    slice: str
    name: str
    rows: Rows
    positives: int | None
    supported: bool


def groups(model: Model, data: TrainingSet) -> list[Group]:
    """Every group of every slice, the largest of each slice first."""
    label = data.label[data.folds[Fold.HOLDOUT]]
    return [group for part in model.slices for group in _of_slice(model, part, data, label)]


def _of_slice(model: Model, part: Slice, data: TrainingSet, label: npt.NDArray[np.float64]) -> Iterator[Group]:
    named = _named(model, part, data)
    names, counts = np.unique(named, return_counts=True)
    for place, index in enumerate(np.argsort(-counts, kind="stable")):
        rows = np.flatnonzero(named == names[index])
        positives = int(label[rows].sum()) if model.problem is Problem.BINARY else None
        rare = len(rows) if positives is None else min(positives, len(rows) - positives)
        enough = len(rows) >= part.min_rows and rare >= part.min_positives and place < part.most_groups
        yield Group(part.name, str(names[index]), rows, positives, bool(enough))


def _named(model: Model, part: Slice, data: TrainingSet) -> npt.NDArray[Any]:
    """The group of each row of the holdout, as text."""
    columns = {name: _column(model, data, name) for name in part.read_columns()}
    if part.function is not None:
        return np.asarray(part.function(**columns)).astype(str)
    (name, column), *_ = columns.items()
    if part.edges:
        return binned(column.astype(np.float64), part.edges)
    categories = model.categories().get(name, ()) if name in model.features else ()
    return words(column, categories)


def _column(model: Model, data: TrainingSet, name: str) -> npt.NDArray[Any]:
    rows = data.folds[Fold.HOLDOUT]
    return data.features[rows, model.features.index(name)] if name in model.features else data.columns[name][rows]
