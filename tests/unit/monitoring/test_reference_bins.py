"""The bins in which a package remembers its training data."""

import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from roost.domain.prediction_counts import added, packed, unpacked
from roost.domain.profile import Bins
from roost.domain.reference_bins import MOST_EDGES, bins_in, bins_of, counts_in, reference_of
from roost.spec import Slice, load_model
from roost.workflows.packaging import reference_bins
from roost.workflows.training_set import TrainingSet
from tests.unit.training.conftest import training_arrays

NUMBERS = st.floats(width=32, allow_nan=False, allow_infinity=False)
KNOWN = st.lists(NUMBERS, min_size=1, max_size=200)


def array(values: list[float]) -> Any:
    return np.array(values, dtype=np.float32)


@given(KNOWN, st.lists(st.floats(width=32), max_size=50))
def test_every_value_has_a_bin_and_none_of_the_reference_lies_outside(known: list[float], new: list[float]) -> None:
    bins = bins_of(array(known))
    own = counts_in(bins, array(known))
    assert (own[0], own[-2], own[-1]) == (0, 0, 0)
    assert sum(own) == len(known)
    found = counts_in(bins, array(new))
    assert sum(found) == len(new)
    assert found[0] == sum(value < min(known) for value in array(new).tolist())
    assert found[-2] == sum(value > max(known) for value in array(new).tolist())
    assert found[-1] == sum(np.isnan(value) for value in new)


@given(KNOWN)
def test_edges_rise_are_few_and_survive_json(known: list[float]) -> None:
    bins = bins_of(array(known))
    assert list(bins.edges) == sorted(set(bins.edges))
    assert len(bins.edges) <= MOST_EDGES + 1
    assert bins_in(json.loads(json.dumps({"edges": bins.edges}))) == bins


def test_few_values_have_a_bin_each_and_many_the_same_share() -> None:
    assert counts_in(bins_of(array([0, 1, 1, 3])), array([0, 1, 1, 3])) == [0, 1, 2, 1, 0, 0]
    many = np.random.default_rng(1).normal(size=10_000).astype(np.float32)
    assert counts_in(bins_of(many), many) == [0, *[500] * MOST_EDGES, 0, 0]


def test_a_constant_and_a_missing_feature_have_bins_too() -> None:
    assert counts_in(bins_of(array([7, 7])), array([7, 6, 8, np.nan])) == [1, 1, 1, 1]
    assert bins_of(array([7, np.inf, -np.inf])) == bins_of(array([7]))
    nothing = bins_of(array([np.nan]))
    assert nothing == Bins()
    assert counts_in(nothing, array([1, np.nan])) == [1, 1]


def test_a_reference_counts_training_rows_and_holdout_in_the_same_bins() -> None:
    train, holdout = array([[1], [2], [3]]).reshape(3, 1), array([[0], [2]]).reshape(2, 1)
    found = reference_of(["amount"], train, holdout, array([0.25, 0.75]))
    entry = found["features"]["amount"]
    assert (entry["counts"], entry["holdout"]) == ([0, 1, 1, 1, 0, 0], [1, 0, 1, 0, 0, 0])
    assert found["score"]["counts"] == [0, 1, 1, 0, 0]


def test_a_package_has_bins_of_its_features_and_segments_of_its_slices() -> None:
    held = training_arrays()
    data = TrainingSet(
        np.repeat(held["features"][:, :1], 10, axis=1), held["label"], {},
        {name.removeprefix("fold__"): array for name, array in held.items() if name.startswith("fold__")}, {},
    )  # fmt: skip
    churn = load_model("churn")
    data = TrainingSet(data.features[:, : len(churn.features)], data.label, {}, data.folds, {})
    rows = int(data.folds["train"].sum())
    by_state = Slice(name="by_state", column="state")
    found = reference_bins(churn.model_copy(update={"slices": (*churn.slices, by_state)}), data, np.array([0.5]))
    assert list(found["features"]) == list(churn.features)
    assert {sum(entry["counts"]) for entry in found["features"].values()} == {rows}
    assert found["segments"] == [
        {"name": "international_plan", "column": "international_plan", "edges": [], "categories": ["no", "yes"]},
        {"name": "service_calls", "column": "number_customer_service_calls", "edges": [2.0, 4.0], "categories": []},
    ]


Nested = dict[str, Any]
COUNTS = st.fixed_dictionaries(
    {"rows": st.integers(0, 9), "bins": st.lists(st.integers(0, 9), min_size=3, max_size=3)},
    optional={"missing": st.dictionaries(st.sampled_from("ab"), st.integers(1, 9))},
)


@given(COUNTS, COUNTS, COUNTS)
def test_counts_add_in_any_grouping_and_order(a: Nested, b: Nested, c: Nested) -> None:
    assert added(added(a, b), c) == added(a, added(b, c)) == added(c, added(b, a))
    assert unpacked(packed({"": a})) == {"": a}


def test_counts_in_other_bins_are_not_added() -> None:
    with pytest.raises(ValueError, match="shorter|longer"):
        added([1, 2], [1, 2, 3])
