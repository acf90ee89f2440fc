"""Folds by time: where they lie, which rows they take, and what stops a run."""

from datetime import timedelta
from typing import Any

import numpy as np
import pytest

from roost.domain.folds import comparison_fold, fold_before, next_midnight
from roost.errors import DataRejected
from roost.spec import HoldoutFilter, Model, TimeSplit
from roost.workflows.fold_masks import fold_masks, stretch
from roost.workflows.labels import label_values
from tests.unit.features.payments import DAY, model

BEGIN = 18_000 * DAY
DAYS = 9


def hourly(label: Any = None) -> dict[str, Any]:
    """A row an hour for nine days, every third a fraud."""
    time = BEGIN + np.arange(DAYS * 24) * 3_600.0
    return {"paid_at": time, "is_fraud": np.arange(len(time)) % 3 == 0 if label is None else label}


def masks_of(project: Model, columns: dict[str, Any]) -> dict[str, Any]:
    last = int(columns["paid_at"][-1]) if len(columns["paid_at"]) else BEGIN
    label = label_values(project, columns[project.label])
    return fold_masks(project, columns, label, stretch(project, (BEGIN, last), None))


def days(mask: Any) -> list[int]:
    return sorted({int(day) for day in (hourly()["paid_at"][mask] - BEGIN) // DAY})


@pytest.mark.parametrize(("second", "end"), [(0, 1), (1, 1), (DAY - 1, 1), (DAY, 2), (-1, 0)])
def test_data_end_at_the_midnight_after_the_last_event(second: int, end: int) -> None:
    assert next_midnight(second) == end * DAY


def test_a_fold_is_training_gap_and_evaluation() -> None:
    fold = fold_before(100, train=10, gap=5, evaluated=20)
    assert (fold.train.start, fold.train.end, fold.evaluated.start, fold.evaluated.end) == (65, 75, 80, 100)


def test_the_comparison_ends_where_the_final_gap_begins() -> None:
    earlier = comparison_fold(fold_before(100, train=10, gap=5, evaluated=20))
    assert (earlier.train.start, earlier.train.end) == (40, 50)
    assert (earlier.evaluated.start, earlier.evaluated.end) == (55, 75)


def test_rows_fall_into_the_days_of_their_folds() -> None:
    masks = masks_of(model(), hourly())
    assert {name: days(mask) for name, mask in masks.items()} == {
        "selection_train": [3, 4],
        "selection_test": [6],
        "train": [5, 6],
        "holdout": [8],
    }


@pytest.mark.parametrize("cutoff", ["2019-04-21T00:00:00", "2019-04-21T00:00:00Z", "2019-04-21T02:00:00+02:00"])
def test_a_cutoff_ends_the_data_earlier(cutoff: str) -> None:
    assert stretch(model(), (BEGIN, BEGIN + DAYS * DAY), cutoff).end == BEGIN + 7 * DAY


def test_a_cutoff_that_is_no_time_is_explained() -> None:
    with pytest.raises(DataRejected, match="cutoff 'soon' is no time; write it like"):
        stretch(model(), (BEGIN, BEGIN), "soon")


def test_rows_without_a_label_are_in_no_fold() -> None:
    label = np.where(np.arange(DAYS * 24) % 2 == 0, np.nan, (np.arange(DAYS * 24) % 3 == 0).astype(float))
    masks = masks_of(model(), hourly(label))
    assert masks["holdout"].sum() == 12
    assert not any(mask[np.isnan(label)].any() for mask in masks.values())


def test_a_fold_with_one_class_stops_the_run() -> None:
    data = hourly()
    data["is_fraud"][(data["paid_at"] - BEGIN) // DAY == 6] = False
    with pytest.raises(DataRejected) as caught:
        masks_of(model(), data)
    for part in ("selection_test", "2019-04-20T00:00:00+00:00 to 2019-04-21T00:00:00+00:00", "24 labelled rows, 0 of"):
        assert part in str(caught.value)


def test_a_split_longer_than_the_data_stops_the_run() -> None:
    long = model(split=TimeSplit(train=timedelta(days=90), gap=timedelta(days=1), holdout=timedelta(days=4)))
    with pytest.raises(DataRejected, match="'selection_train'.*has 0 labelled rows"):
        masks_of(long, {name: column[:48] for name, column in hourly().items()})


def test_a_label_must_be_0_or_1() -> None:
    with pytest.raises(DataRejected, match="label 'is_fraud' holds 2; it must be 0 or 1"):
        masks_of(model(), hourly(np.full(DAYS * 24, 2)))


def test_the_filter_sees_training_gap_and_evaluated_rows_and_leaves_rows_out() -> None:
    seen: list[list[list[int]]] = []

    def mornings(training: Any, gap: Any, evaluated: Any) -> Any:
        seen.append([sorted({int(t - BEGIN) // DAY for t in part["paid_at"]}) for part in (training, gap, evaluated)])
        return evaluated["paid_at"] % DAY < DAY / 2

    filtered = model(holdout_filter=HoldoutFilter(function=mornings, inputs=("paid_at",)))
    masks = masks_of(filtered, hourly())
    assert seen == [[[3, 4], [5], [6]], [[5, 6], [7], [8]]]
    assert {name: int(mask.sum()) for name, mask in masks.items()} == {
        "selection_train": 48,
        "selection_test": 12,
        "train": 48,
        "holdout": 12,
    }


def test_every_fold_has_its_name_and_the_time_is_that_of_all() -> None:
    assert list(masks_of(model(), hourly())) == ["selection_train", "selection_test", "train", "holdout"]
    time = stretch(model(), (BEGIN, BEGIN + DAYS * DAY - 1), None)
    assert (time.start, time.end) == (BEGIN + 3 * DAY, BEGIN + 9 * DAY)
