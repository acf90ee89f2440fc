"""Memory is estimated before a fit, and bounds what a fit really takes; arrays are read without a second copy."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from roost.adapters.lambda_compute import LambdaCompute
from roost.domain.fit_memory import MEGABYTE, FitSize, check_fits, needed
from roost.errors import TrainingSetTooLarge
from roost.names import Problem
from roost.workflows.training_arrays import map_arrays, write_arrays

RARE = FitSize(rows=500_000, features=20, classes=2, rare=5_000, mapped=80_000_000)


def test_an_estimate_grows_with_rows_features_and_trees() -> None:
    base = needed("hist_gradient_boosting", {}, RARE)
    assert needed("hist_gradient_boosting", {}, FitSize(1_000_000, 20, 2, 5_000, 80_000_000)) > base
    assert needed("hist_gradient_boosting", {}, FitSize(500_000, 40, 2, 5_000, 80_000_000)) > base
    few, many = ({"n_estimators": trees} for trees in (10, 500))
    assert needed("random_forest", many, RARE) > needed("random_forest", few, RARE)


def test_a_forest_of_a_rare_class_or_of_bounded_trees_stays_small() -> None:
    even = FitSize(rows=500_000, features=20, classes=2, rare=250_000, mapped=80_000_000)
    assert needed("random_forest", {}, RARE) < needed("random_forest", {}, even) / 10
    for bound in ({"max_depth": 8}, {"max_leaf_nodes": 200}, {"min_samples_leaf": 2_000}):
        assert needed("random_forest", bound, even) < needed("random_forest", {}, even) / 10


def test_what_does_not_fit_is_told_with_both_numbers_and_the_remedy() -> None:
    large = FitSize(rows=20_000_000, features=50, classes=2, rare=200_000, mapped=0)
    with pytest.raises(TrainingSetTooLarge, match=r"on 20,000,000 rows of 50 features .* has 3,008 MB: shorten split"):
        check_fits("hist_gradient_boosting", {}, large, 3008)
    assert check_fits("hist_gradient_boosting", {}, RARE, 3008) < 1_000


def test_the_size_of_a_fit_counts_the_rows_outside_the_most_frequent_class() -> None:
    label = np.array([0.0, 0.0, 0.0, 1.0, 2.0])
    assert FitSize.of(label, 3, 100, Problem.MULTICLASS) == FitSize(5, 3, 3, 2, 100)
    assert FitSize.of(label, 3, 100, Problem.REGRESSION) == FitSize(5, 3, 1, 5, 100)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("estimator", "rows", "parameters"),
    [
        ("hist_gradient_boosting", 150_000, {"max_iter": 5}),
        ("logistic_regression", 150_000, {}),
        ("random_forest", 30_000, {"n_estimators": 10}),
        ("extra_trees", 20_000, {"n_estimators": 10}),
    ],
)
def test_a_real_fit_takes_no_more_than_its_estimate(estimator: str, rows: int, parameters: dict[str, Any]) -> None:
    program = [sys.executable, "-m", "tests.benchmarks.fit_memory", estimator, str(rows), "20", json.dumps(parameters)]
    done = subprocess.run(program, capture_output=True, text=True, check=True)
    measured = json.loads(done.stdout)
    assert measured["peak_mb"] <= measured["estimate_mb"]


def test_arrays_are_views_of_the_file_and_outlive_it(tmp_path: Path) -> None:
    path = tmp_path / "arrays.npz"
    arrays = {
        "features": np.arange(12, dtype=np.float32).reshape(4, 3),
        "by_column": np.asfortranarray(np.arange(6.0).reshape(2, 3)),
        "words": np.array(["a", "bcd"]),
        "mask": np.array([True, False]),
        "none": np.empty((0, 2)),
    }
    write_arrays(arrays, path)
    mapped = map_arrays(path)
    path.unlink()
    assert set(mapped) == set(arrays)
    for name, array in arrays.items():
        np.testing.assert_array_equal(mapped[name], array)
        assert mapped[name].dtype == array.dtype
    assert not mapped["features"].flags.owndata


def test_the_peak_is_what_the_process_held(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "512")
    before = LambdaCompute().peak()
    held = np.ones((before + 64) * MEGABYTE // 8)
    assert LambdaCompute().peak() >= before + 64 <= held.nbytes
    assert LambdaCompute().memory() == 512
