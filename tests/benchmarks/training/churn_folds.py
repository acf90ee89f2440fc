"""The churn set twice: as the project makes its features, and raw for scikit-learn's own preprocessing."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.model_selection import RepeatedStratifiedKFold

from models.churn.sample_data import PUBLISHED
from roost.domain.categories import codes
from roost.domain.feature_vector import assemble
from roost.domain.folds import Span
from roost.domain.key_shares import key_shares
from roost.spec import HashSplit, Model
from roost.spec.layouts import plan_of
from roost.workflows.fold_masks import HOLDOUT, SELECTION_TEST, SELECTION_TRAIN, fold_masks
from roost.workflows.labels import label_values

LABEL = "churn"
FOLDS, REPEATS, SEED, CHOOSE = 5, 5, 0, 0.25
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class ChurnSet:
    """The set: raw columns as an object table (rows, 19) with their names, our features, labels and keys."""

    names: tuple[str, ...]
    raw: npt.NDArray[np.object_]
    features: npt.NDArray[np.float32]
    label: npt.NDArray[np.float64]
    keys: npt.NDArray[np.int64]


def churn_set(model: Model) -> ChurnSet:
    """Read the published file; the key of a row is its number, as it is landed."""
    with PUBLISHED.open(newline="") as opened:
        rows = list(csv.DictReader(opened))
    names = tuple(name for name in rows[0] if name != LABEL)
    columns = {name: np.array([row[name] for row in rows]) for name in rows[0]}
    raw = np.empty((len(rows), len(names)), dtype=object)
    for place, name in enumerate(names):
        raw[:, place] = columns[name] if is_text(columns[name]) else columns[name].astype(np.float64)
    keys = np.arange(1, len(rows) + 1)
    return ChurnSet(names, raw, _features(model, columns), label_values(model, columns[LABEL]), keys)


def is_text(column: npt.NDArray[Any]) -> bool:
    """Whether a raw column is text."""
    try:
        column.astype(np.float64)
    except ValueError:
        return True
    return False


def _features(model: Model, columns: dict[str, npt.NDArray[Any]]) -> npt.NDArray[np.float32]:
    plan, texts = plan_of(model), model.categories()
    return assemble(plan, {
        name: codes(columns[name], texts[name]) if name in texts else columns[name].astype(np.float64)
        for name in plan.inputs
    })  # fmt: skip


def declared_folds(model: Model, data: ChurnSet) -> tuple[Mask, Mask, Mask]:
    """The model's own folds: to fit, to choose and the untouched holdout."""
    split = model.split
    assert isinstance(split, HashSplit)
    columns = {split.by: data.keys}
    masks = fold_masks(model, columns, data.label, Span(0, 1))
    return masks[SELECTION_TRAIN], masks[SELECTION_TEST], masks[HOLDOUT]


def repeated_folds(data: ChurnSet) -> Iterator[tuple[Mask, Mask, Mask]]:
    """Rows to fit on, to choose on (a quarter of the training rows, by key) and to test on: five times five folds."""
    quarter = key_shares(data.keys, SEED + 1) < CHOOSE
    folds = RepeatedStratifiedKFold(n_splits=FOLDS, n_repeats=REPEATS, random_state=SEED)
    for _, test in folds.split(data.label, data.label):
        held = np.zeros(len(data.label), np.bool_)
        held[test] = True
        yield ~held & ~quarter, ~held & quarter, held
