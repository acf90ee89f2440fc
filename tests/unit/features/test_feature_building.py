"""BuildFeatures writes what TrainModel reads: the model's columns as they were known at each row's time."""

import io
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from roost.errors import DataRejected, NoDataFound
from roost.object_keys import TRAINING_ARRAYS, TRAINING_SET, run_key
from roost.spec import ProjectMetric
from roost.workflows.feature_building import GOLDEN_ROWS, build_features
from roost.workflows.training_arrays import digest_of_arrays
from roost.workflows.training_set import read_training_set
from tests.unit.features.payments import DAY, Lake, iso, model, view

BEGIN = 18_000 * DAY
HOURS = 9 * 24


def mean_amount(label: Any, score: Any, amount: Any, card: Any, paid_at: Any) -> float:
    return float(np.mean(amount))


INPUTS = ("amount", "card", "paid_at")
PROJECT = model(project_metrics=(ProjectMetric(name="mean_amount", function=mean_amount, inputs=INPUTS),))


def payments(**changes: Any) -> dict[str, Any]:
    """A payment an hour on one of two cards, amounts in cents."""
    number = np.arange(HOURS)
    columns = {
        "payment_id": number,
        "paid_at": ((BEGIN + number * 3_600) * 10**6).astype("datetime64[us]"),
        "card": np.array([("a", "b", None)[n % 3] for n in number], dtype=object),
        "amount": np.where(number % 5 == 0, np.nan, number / 100),
        "is_fraud": (number % 4 == 0).astype(np.int64),
    }
    return columns | changes


def built(lake: Lake, folder: Path, **options: Any) -> dict[str, Any]:
    dataset = lake.put_valid(folder, options.pop("rows", None) or payments())
    settings: dict[str, Any] = {"model": PROJECT, "cutoff": None} | options
    return build_features(settings["model"], "r1", dataset, settings["cutoff"], lake.tables, lake.ports)


def arrays(lake: Lake) -> dict[str, Any]:
    with np.load(io.BytesIO(lake.store.get(run_key("payments", "r1", TRAINING_ARRAYS)))) as held:
        return {name: held[name] for name in held.files}


def test_the_answer_counts_rows_and_positives(lake: Lake, tmp_path: Path) -> None:
    answer = built(lake, tmp_path)
    counts = {"selection_train": 48, "selection_test": 24, "train": 48, "holdout": 24}
    assert answer["rows"] == counts
    assert answer["positives"] == {name: count // 4 for name, count in counts.items()}
    assert (answer["features"], answer["key"]) == (4, run_key("payments", "r1", TRAINING_ARRAYS))
    assert (answer["from"], answer["to"]) == (iso(BEGIN + 3 * DAY), iso(BEGIN + 9 * DAY))


def test_arrays_have_their_types(lake: Lake, tmp_path: Path) -> None:
    built(lake, tmp_path)
    held = arrays(lake)
    rows = len(held["label"])
    assert (held["features"].shape, held["features"].dtype) == ((rows, 4), np.float32)
    kinds = {name.removeprefix("column__"): a.dtype.kind for name, a in held.items() if name.startswith("column__")}
    assert kinds == {"paid_at": "f", "is_fraud": "f", "amount": "f", "card": "U"}
    assert all(a.dtype == bool and a.shape == (rows,) for name, a in held.items() if name.startswith("fold__"))


def test_training_reads_what_was_written(lake: Lake, tmp_path: Path) -> None:
    answer = built(lake, tmp_path)
    data = read_training_set(lake.store, "payments", "r1")
    assert {name: int(mask.sum()) for name, mask in data.folds.items()} == answer["rows"]
    assert data.metrics(PROJECT, "holdout", np.linspace(0, 1, 24))["mean_amount"] == pytest.approx(np.nan, nan_ok=True)


def test_features_are_the_models_in_its_order(lake: Lake, tmp_path: Path) -> None:
    built(lake, tmp_path)
    held = arrays(lake)
    amount, twice, _count, mean = held["features"].T
    assert np.array_equal(amount, held["column__amount"].astype(np.float32), equal_nan=True)
    assert np.array_equal(twice, amount * 2, equal_nan=True)
    assert mean[held["column__card"] == ""].tolist() == [-1.0] * int((held["column__card"] == "").sum())


def test_counts_are_what_was_known(lake: Lake, tmp_path: Path) -> None:
    built(lake, tmp_path)
    held = arrays(lake)
    on_a_card = held["column__card"] != ""
    assert set(held["features"][on_a_card, 2].tolist()) == {8.0}
    assert set(held["features"][~on_a_card, 2].tolist()) == {0.0}


def test_every_row_is_in_a_fold_and_in_order_of_time(lake: Lake, tmp_path: Path) -> None:
    built(lake, tmp_path)
    held = arrays(lake)
    assert np.logical_or.reduce([a for name, a in held.items() if name.startswith("fold__")]).all()
    assert (np.diff(held["column__paid_at"]) > 0).all()


def test_golden_rows_are_the_first_of_the_holdout_before_defaults(lake: Lake, tmp_path: Path) -> None:
    built(lake, tmp_path)
    held = arrays(lake)
    golden = {name.removeprefix("golden__"): a for name, a in held.items() if name.startswith("golden__")}
    assert set(golden) == {"paid_at", "amount", *view().features()}
    assert golden["paid_at"].tolist() == [BEGIN + 8 * DAY + 3_600 * n for n in range(GOLDEN_ROWS)]
    assert np.isnan(golden["card_spend__amount_mean_1d"]).sum() == 6
    assert all(a.dtype == np.float64 for a in golden.values())


def test_the_table_is_for_people(lake: Lake, tmp_path: Path) -> None:
    built(lake, tmp_path)
    table = lake.table(run_key("payments", "r1", TRAINING_SET), tmp_path)
    assert {"paid_at", "amount", "feature__amount", "twice", "fold__holdout"} <= set(table)
    assert table["paid_at"][0].isoformat() == iso(BEGIN + 3 * DAY).removesuffix("+00:00")


def test_equal_data_have_an_equal_digest(lake: Lake, tmp_path: Path) -> None:
    digests = {built(lake, tmp_path)["training_set"] for _ in range(2)}
    changed = payments()
    changed["amount"][8 * 24 + 1] += 0.01
    assert len(digests | {built(lake, tmp_path, rows=changed)["training_set"]}) == 2
    assert len(digests) == 1


def test_what_comes_after_the_cutoff_changes_nothing(lake: Lake, tmp_path: Path) -> None:
    cutoff = iso(BEGIN + 8 * DAY)
    before = built(lake, tmp_path, cutoff=cutoff)
    changed = payments()
    changed["amount"][8 * 24 :] = 999.0
    assert built(lake, tmp_path, rows=changed, cutoff=cutoff) == before
    assert before["to"] == cutoff


def test_unlabelled_rows_are_left_out_but_their_events_count(lake: Lake, tmp_path: Path) -> None:
    label = np.where(np.arange(HOURS) % 2 == 0, np.nan, np.arange(HOURS) % 3 == 0).astype(float)
    answer = built(lake, tmp_path, rows=payments(is_fraud=label))
    held = arrays(lake)
    assert answer["rows"]["holdout"] == 12
    assert set(held["features"][held["column__card"] != "", 2].tolist()) == {8.0}


def test_one_class_stops_the_run_before_anything_is_written(lake: Lake, tmp_path: Path) -> None:
    with pytest.raises(DataRejected, match="fold 'selection_train'"):
        built(lake, tmp_path, rows=payments(is_fraud=np.zeros(HOURS, np.int64)))
    assert not lake.store.list("runs/")


def test_a_sum_beyond_64_bits_stops_the_run(lake: Lake, tmp_path: Path) -> None:
    with pytest.raises(DataRejected, match="declare a maximum or fewer decimals"):
        built(lake, tmp_path, rows=payments(amount=np.full(HOURS, 9e16)))


def test_a_data_set_that_was_not_validated_is_refused(lake: Lake) -> None:
    with pytest.raises(NoDataFound, match="data set d9 has no valid rows; run ValidateData"):
        build_features(PROJECT, "r1", {"payments": "d9"}, None, lake.tables, lake.ports)


def test_events_before_the_folds_reach_into_their_windows(lake: Lake, tmp_path: Path) -> None:
    far = model(views=(view(delay=timedelta(days=2)),))
    built(lake, tmp_path, model=far)
    first = arrays(lake)["features"][:3, 2]
    assert sorted(first.tolist()) == [0.0, 8.0, 8.0]


def test_the_digest_sees_name_type_shape_and_bytes() -> None:
    base: dict[str, Any] = {"a": np.zeros(2)}
    others: list[dict[str, Any]] = [
        {"b": np.zeros(2)},
        {"a": np.zeros(2, np.float32)},
        {"a": np.zeros((2, 1))},
        {"a": np.ones(2)},
    ]
    assert len({digest_of_arrays(each) for each in (base, *others)}) == 5
    assert digest_of_arrays({"a": np.zeros(2), "b": np.ones(1)}) == digest_of_arrays(
        {"b": np.ones(1), "a": np.zeros(2)}
    )
