"""Thresholds against every possible cut, and what decisions cost."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from roost.domain.thresholds import (
    Costs,
    cheapest_threshold,
    complete_threshold,
    decision_estimator,
    precise_threshold,
    review_threshold,
)
from roost.errors import ThresholdUnreachable


def scored(seed: int, rows: int = 40) -> tuple[Any, Any]:
    random = np.random.default_rng(seed)
    label = np.append(random.integers(0, 2, rows - 2), [0, 1]).astype(np.float64)
    return label, random.integers(0, 15, rows) / 15


def cuts(score: Any) -> list[float]:
    return [*sorted(set(score.tolist())), 2.0]


@settings(deadline=None, max_examples=60)
@given(seed=st.integers(0, 10_000))
def test_the_cheapest_threshold_costs_no_more_than_any_other(seed: int) -> None:
    label, score = scored(seed)
    random = np.random.default_rng(seed)
    costs = Costs(random.random(40) * 3, random.random(40) * 5)
    chosen = costs.of(label, score >= cheapest_threshold(label, score, costs)).sum()
    assert chosen == pytest.approx(min(costs.of(label, score >= cut).sum() for cut in cuts(score)))


@settings(deadline=None, max_examples=60)
@given(seed=st.integers(0, 10_000), wanted=st.sampled_from([0.3, 0.5, 0.8, 1.0]))
def test_recall_is_reached_with_as_few_flags_as_can_be(seed: int, wanted: float) -> None:
    label, score = scored(seed)
    threshold = complete_threshold(label, score, wanted)
    recalls = {cut: label[score >= cut].sum() / label.sum() for cut in cuts(score)}
    assert recalls[threshold] >= wanted
    assert all(recall < wanted for cut, recall in recalls.items() if cut > threshold)


@settings(deadline=None, max_examples=60)
@given(seed=st.integers(0, 10_000))
def test_precision_is_kept_while_finding_as_many_as_can_be(seed: int) -> None:
    label, score = scored(seed)
    precisions = {cut: label[score >= cut].mean() for cut in cuts(score)[:-1]}
    best = max(precisions.values())
    with pytest.raises(ThresholdUnreachable, match=f"the best is {best:.4f}"):
        precise_threshold(label, score, best + 1e-9)
    threshold = precise_threshold(label, score, best)
    assert precisions[threshold] >= best
    assert all(precision < best for cut, precision in precisions.items() if cut < threshold)


@settings(deadline=None, max_examples=60)
@given(seed=st.integers(0, 10_000), rate=st.sampled_from([0.01, 0.1, 0.5, 0.9]))
def test_reviewers_never_get_more_than_they_can_do(seed: int, rate: float) -> None:
    _, score = scored(seed)
    threshold = review_threshold(score, rate)
    assert (score >= threshold).mean() <= rate
    assert all((score >= cut).mean() > rate for cut in cuts(score) if cut < threshold)


def test_flagging_that_never_pays_flags_nothing() -> None:
    label, score = np.array([1.0, 0.0]), np.array([0.9, 0.1])
    threshold = cheapest_threshold(label, score, Costs(np.full(2, 1.0), np.zeros(2)))
    assert threshold > 0.9


def test_what_a_decision_does_is_counted_with_weights() -> None:
    label, flagged = np.array([1.0, 1.0, 0.0, 0.0]), np.array([True, False, True, False])
    costs = Costs(np.full(4, 2.0), np.array([10.0, 30.0, 0.0, 0.0]))
    assert decision_estimator(label, flagged, costs)(np.ones(4)) == pytest.approx((0.5, 0.5, 0.5, 8.0))
    assert decision_estimator(label, flagged, costs)(np.array([0, 3.0, 1, 0])) == pytest.approx((0, 0, 0.25, 23.0))
    assert decision_estimator(label, np.zeros(4, bool), None)(np.ones(4)) == (0.0, 0.0, 0.0)
