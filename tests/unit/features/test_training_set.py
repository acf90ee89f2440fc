"""A training set in Python: every label in its order, as known at its time."""

from pathlib import Path

import numpy as np
import pytest

from roost.features import training_set
from tests.unit.features.test_window_equality import BEGIN, LATEST, MICROS, row, stored, windows


def test_labels_come_back_with_the_features_of_their_time(tmp_path: Path) -> None:
    first = BEGIN * MICROS
    path = stored([row(1, first, 2.0), row(2, first + MICROS, 3.0)], str(tmp_path))
    labels = {
        "card": np.array(["a", "nobody", "a"], dtype=object),
        "time": np.array([first + 2 * MICROS, first, first + MICROS], dtype="datetime64[us]"),
        "label": np.array([1, 0, 0]),
    }
    found = training_set(labels, [windows(1, 0), LATEST], {"payments": [path]})
    assert found["label"].tolist() == [1, 0, 0]
    assert found["spend__amount_sum_4h"].tolist() == [5.0, 0.0, 2.0]
    assert np.array_equal(found["newest__amount"], [3.0, np.nan, 2.0], equal_nan=True)


def test_a_label_without_the_key_of_a_view_is_refused(tmp_path: Path) -> None:
    path = stored([row(1, BEGIN * MICROS)], str(tmp_path))
    with pytest.raises(KeyError, match="card"):
        training_set({"time": np.array([0], dtype="datetime64[us]")}, [LATEST], {"payments": [path]})
