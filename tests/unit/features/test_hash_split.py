"""Folds by the hash of a key, for snapshots that time does not order; and labels of every kind."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from roost.domain.folds import Span
from roost.domain.key_shares import key_share, key_shares
from roost.errors import DataRejected
from roost.names import Problem
from roost.spec import Column, ColumnType, Gate, HashSplit, HoldoutFilter, Model
from roost.workflows.feature_building import build_features
from roost.workflows.fold_masks import fold_masks, stretch
from roost.workflows.labels import label_summary, label_values
from roost.workflows.leakage import check_leakage
from roost.workflows.materialization import materialize_features
from tests.unit.features.payments import PAYMENTS, Lake, iso, model

ROWS = 4_000
MOMENT = 1_600_000_000
GRADES = ("low", "middle", "high")


def project(label: Column | None = None, **changes: Any) -> Model:
    columns = tuple(label if label and c.name == "is_fraud" else c for c in PAYMENTS.columns)
    fixed = {"source": PAYMENTS.model_copy(update={"columns": columns}), "label": label.name if label else "is_fraud"}
    split = HashSplit(by="payment_id", holdout=0.25, selection=0.2)
    return model(**{"views": (), "defaults": {}, "features": ("amount", "twice"), "split": split, **fixed, **changes})


def snapshot(rows: int = ROWS) -> dict[str, Any]:
    number = np.arange(rows)
    return {"payment_id": number, "paid_at": np.full(rows, float(MOMENT)), "is_fraud": (number % 4 == 0) * 1.0}


def masks_of(found: Model, columns: dict[str, Any]) -> dict[str, Any]:
    label = label_values(found, columns["is_fraud"])
    return fold_masks(found, columns, label, stretch(found, (MOMENT, MOMENT), None))


def test_shares_are_fixed_for_good_and_spread_evenly() -> None:
    assert [round(key_share(key, 0), 6) for key in ("1", "2", "customer")] == [0.933888, 0.574839, 0.10426]
    shares = key_shares(np.arange(20_000), 7)
    assert 0 <= shares.min() < shares.max() < 1
    assert np.abs(np.histogram(shares, 10, (0, 1))[0] / 2_000 - 1).max() < 0.1


def test_numbers_and_their_texts_are_one_key() -> None:
    assert key_shares(np.array([3, 1, 3]), 0).tolist() == [key_share(text, 0) for text in ("3", "1", "3")]
    assert key_shares(np.array(["3", "1"]), 0).tolist() == key_shares(np.array([3, 1]), 0).tolist()


def test_folds_have_their_shares_and_the_holdout_is_apart() -> None:
    masks = masks_of(project(), snapshot())
    for name, share in {"selection_train": 0.55, "selection_test": 0.2, "train": 0.75, "holdout": 0.25}.items():
        assert masks[name].mean() == pytest.approx(share, abs=0.03)
    assert not (masks["train"] & masks["holdout"]).any()
    assert np.array_equal(masks["train"], masks["selection_train"] | masks["selection_test"])
    assert not (masks["selection_train"] & masks["selection_test"]).any()


def test_a_key_stays_in_its_fold_in_any_order_and_company() -> None:
    whole, order = snapshot(), np.random.default_rng(0).permutation(ROWS)[: ROWS // 2]
    part = {name: column[order] for name, column in whole.items()}
    before, after = masks_of(project(), whole), masks_of(project(), part)
    assert all(np.array_equal(before[name][order], after[name]) for name in before)


def test_another_seed_is_another_split() -> None:
    other = project(split=HashSplit(by="payment_id", holdout=0.25, selection=0.2, seed=1))
    assert not np.array_equal(masks_of(project(), snapshot())["holdout"], masks_of(other, snapshot())["holdout"])


def test_the_filter_of_a_split_by_hash_has_no_rows_between() -> None:
    seen: list[tuple[int, int]] = []

    def even(training: Any, gap: Any, evaluated: Any) -> Any:
        seen.append((len(gap["payment_id"]), len(training["payment_id"]) + len(evaluated["payment_id"])))
        return evaluated["payment_id"] % 2 == 0

    kept = masks_of(project(holdout_filter=HoldoutFilter(function=even, inputs=("payment_id",))), snapshot())
    assert seen[1] == (0, ROWS)
    assert not (kept["holdout"] & (np.arange(ROWS) % 2 == 1)).any()


def test_a_fold_without_a_class_says_which_and_why() -> None:
    with pytest.raises(
        DataRejected, match="fold 'selection_train' by the hash of payment_id has .* 0 of them positive"
    ):
        masks_of(project(), snapshot() | {"is_fraud": np.zeros(ROWS)})


def test_the_time_of_a_snapshot_is_all_there_is_or_ends_at_the_cutoff() -> None:
    assert stretch(project(), (MOMENT, MOMENT), None) == Span(MOMENT, MOMENT + 1)
    assert stretch(project(), (MOMENT, MOMENT + 9), iso(MOMENT + 3)) == Span(MOMENT, MOMENT + 3)


def test_a_snapshot_without_views_passes_every_step(lake: Lake, tmp_path: Path) -> None:
    columns = snapshot(400) | {
        "paid_at": np.full(400, MOMENT * 10**6).astype("datetime64[us]"),
        "card": np.array(["a", None] * 200, dtype=object),
        "amount": np.arange(400) / 4,
        "is_fraud": (np.arange(400) % 4 == 0).astype(np.int64),
    }
    found, datasets = project(), lake.put_valid(tmp_path, columns)
    answer = build_features(found, "r1", datasets, None, lake.tables, lake.ports)
    assert answer["rows"]["train"] + answer["rows"]["holdout"] == 400
    assert (answer["from"], answer["to"]) == (iso(MOMENT), iso(MOMENT + 1))
    checked = check_leakage(found, "r1", datasets, lake.tables, lake.ports)
    assert (checked["rows"], checked["features"], checked["differences"]) == (200, 0, 0)
    assert materialize_features(found, datasets, lake.tables, lake.ports)["views"] == {}


GRADE = Column(name="is_fraud", type=ColumnType.STRING, nullable=True)
THIRDS = {"label": GRADE, "problem": Problem.MULTICLASS, "classes": GRADES, "threshold": None,
          "gates": (Gate(metric="accuracy", at_least=0),)}  # fmt: skip


def test_classes_are_numbers_in_their_order_and_the_second_of_two_is_positive() -> None:
    graded = project(**THIRDS)  # type: ignore[arg-type]
    label = label_values(graded, np.array(["high", "", "low", "middle"]))
    assert np.array_equal(label, [2, np.nan, 0, 1], equal_nan=True)
    two = project(GRADE, classes=("no", "yes"))
    assert label_values(two, np.array(["yes", "no"])).tolist() == [1, 0]


@pytest.mark.parametrize(
    ("kind", "classes", "column"),
    [
        (ColumnType.BOOLEAN, ("true", "false"), np.array([0.0, 1.0, np.nan])),
        (ColumnType.INTEGER, ("7", "3"), np.array([3.0, 7.0, np.nan])),
    ],
)
def test_classes_name_booleans_and_whole_numbers(kind: ColumnType, classes: tuple[str, ...], column: Any) -> None:
    found = project(Column(name="is_fraud", type=kind, nullable=True), classes=classes)
    assert np.array_equal(label_values(found, column), [1, 0, np.nan], equal_nan=True)


def test_a_label_that_is_no_class_is_named() -> None:
    with pytest.raises(DataRejected, match="label 'is_fraud' holds 'hgih', which is none of the classes"):
        label_values(project(**THIRDS), np.array(["high", "hgih"]))  # type: ignore[arg-type]


def test_folds_of_classes_need_each_and_tell_how_many() -> None:
    graded, columns = project(**THIRDS), snapshot()  # type: ignore[arg-type]
    columns["is_fraud"] = np.array(GRADES)[np.arange(ROWS) % 3]
    label, masks = label_values(graded, columns["is_fraud"]), masks_of(graded, columns)
    told = label_summary(graded, label, masks)["classes"]["holdout"]
    assert list(told) == list(GRADES)
    assert sum(told.values()) == masks["holdout"].sum()
    columns["is_fraud"] = np.array(GRADES)[np.arange(ROWS) % 2]
    with pytest.raises(DataRejected, match="none of them 'high'; every class is needed"):
        masks_of(graded, columns)


def test_the_numbers_of_a_regression_must_vary() -> None:
    price = Column(name="is_fraud", type=ColumnType.FLOAT)
    change = {"problem": Problem.REGRESSION, "threshold": None, "gates": (Gate(metric="r2", at_least=0),)}
    found, columns = project(price, **change), snapshot() | {"is_fraud": np.arange(ROWS) / 2}
    masks = masks_of(found, columns)
    means = label_summary(found, columns["is_fraud"], masks)["means"]
    assert means["holdout"] == pytest.approx(ROWS / 4, rel=0.1)
    with pytest.raises(DataRejected, match="whose label does not vary"):
        masks_of(found, columns | {"is_fraud": np.full(ROWS, 3.5)})


def test_days_still_split_by_time() -> None:
    assert stretch(model(), (0, 1), None).end == timedelta(days=1).total_seconds()
