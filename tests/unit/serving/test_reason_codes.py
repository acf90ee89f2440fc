"""Reasons against exact Shapley values, counted over all orders."""

import itertools
from typing import Any

import numpy as np
import pytest

from roost.domain.calibration import Platt
from roost.domain.feature_vector import FeaturePlan, OnDemand
from roost.domain.reason_codes import EXACT, explained, reference_inputs
from roost.domain.scoring import CalibratedModel, score_rows
from roost.errors import NotExplainable
from roost.workflows.packages import LoadedPackage
from roost.workflows.reasons import Explainer


def interacting(rows: Any) -> Any:
    """Products, a step and a sum, through a logistic curve."""
    raw = rows[:, 0] * rows[:, 1] + (rows[:, 2] > 0.5) * rows[:, -1] - 0.5 * rows.sum(axis=1)
    return 1 / (1 + np.exp(-raw.astype(np.float64)))


def by_all_orders(score: Any, row: Any, reference: Any) -> list[float]:
    """The definition: a feature's mean step over every order."""
    found = np.zeros(len(row))
    orders = list(itertools.permutations(range(len(row))))
    for order in orders:
        at = reference.copy()
        before = score(at[None])[0]
        for feature in order:
            at[feature] = row[feature]
            after = score(at[None])[0]
            found[feature] += (after - before) / len(orders)
            before = after
    return list(found)


def case(width: int) -> tuple[Any, Any, dict[str, tuple[int, ...]]]:
    drawn = np.random.default_rng(width)
    row, reference = drawn.normal(size=(2, width)).astype(np.float32)
    return row, reference, {f"f{place}": (place,) for place in range(width)}


class Model:
    def score(self, rows: Any) -> Any:
        return interacting(rows).astype(np.float32)


@pytest.mark.parametrize("width", [3, 4, EXACT])
@pytest.mark.parametrize("score", [interacting, CalibratedModel(Model(), Platt(1.7, -0.4)).score])
def test_of_a_few_features_the_contributions_are_the_shapley_values(width: int, score: Any) -> None:
    row, reference, groups = case(width)
    found = explained(score, row, reference, groups)
    assert found.exact
    wanted = by_all_orders(score, row, reference)
    assert [found.contributions[name] for name in groups] == pytest.approx(wanted, abs=1e-6)


def test_of_more_features_they_add_up_and_are_near_the_shapley_values() -> None:
    row, reference, groups = case(EXACT + 1)
    found = explained(interacting, row, reference, groups)
    assert not found.exact
    total = interacting(row[None])[0] - interacting(reference[None])[0]
    assert sum(found.contributions.values()) == pytest.approx(total, abs=1e-9)
    wanted = by_all_orders(interacting, row, reference)
    errors = np.abs(np.array([found.contributions[name] for name in groups]) - wanted)
    assert errors.max() < 0.15 * np.abs(wanted).max()


def test_without_interactions_any_number_of_features_is_exact() -> None:
    row, reference, groups = case(20)
    found = explained(lambda rows: rows.astype(np.float64).sum(axis=1), row, reference, groups)
    wanted = (row - reference).astype(np.float64)
    assert [found.contributions[name] for name in groups] == pytest.approx(list(wanted), abs=1e-6)


def test_one_call_of_few_rows_and_the_same_each_time() -> None:
    row, reference, groups = case(15)
    asked: list[int] = []

    def counted(rows: Any) -> Any:
        asked.append(len(rows))
        return interacting(rows)

    first, second = (explained(counted, row, reference, groups) for _ in range(2))
    assert first == second
    assert asked[0] <= 8 * 14 + 2
    assert len(asked) == 2


def test_a_value_like_the_references_contributes_nothing_a_missing_one_too() -> None:
    row = np.array([1, np.nan, 2], dtype=np.float32)
    reference = np.array([1, np.nan, 3], dtype=np.float32)
    found = explained(lambda rows: rows[:, 2].astype(np.float64), row, reference, {"a": (0,), "b": (1,), "c": (2,)})
    assert found.contributions == {"c": -1.0, "a": 0.0, "b": 0.0}


def test_the_reference_is_the_middle_of_rows() -> None:
    rows = np.array([[1.0, 9, 2], [1, 0, 1], [np.nan, np.nan, 5]])
    middle = reference_inputs(rows, [False, True, False])[:, 0]
    assert middle[:2].tolist() == [2.0, 1.0]
    assert np.isnan(middle[2])


PLAN = FeaturePlan(
    ("amount", "kind__a", "kind__b", "doubled"),
    (OnDemand("doubled", lambda amount: amount * 2, ("amount",)),),
    {},
    {"kind": ["a", "b"]},
)


class Weighted:
    def score(self, rows: Any) -> Any:
        return (rows @ np.array([0.01, 0.1, 0.3, 0.01], dtype=np.float32)).astype(np.float32)


def test_reasons_name_value_reference_and_direction_and_add_up() -> None:
    golden = {"rows": [{"amount": 10.0, "kind": 0.0}] * 3}
    package = LoadedPackage("d", {"golden": golden}, PLAN, (), Weighted())
    row = {"amount": 5.0, "kind": 1.0}
    told = Explainer(package).explain(row)
    assert [(one["feature"], one["value"], one["reference"], one["direction"]) for one in told["reasons"]] == [
        ("kind", "b", "a", "raises"), ("doubled", 10.0, 20.0, "lowers"), ("amount", 5.0, 10.0, "lowers"),
    ]  # fmt: skip
    total = told["reference_score"] + sum(one["contribution"] for one in told["reasons"]) + told["others"]
    assert total == pytest.approx(score_rows(PLAN, package.model, [row])[0], abs=1e-6)


def test_a_package_without_golden_rows_cannot_be_explained() -> None:
    with pytest.raises(NotExplainable, match="golden"):
        Explainer(LoadedPackage("d", {}, PLAN, (), Weighted()))
