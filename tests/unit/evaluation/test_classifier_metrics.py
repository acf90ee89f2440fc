"""The metrics in NumPy against scikit-learn, on arbitrary scores with many ties."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import sklearn.metrics
from hypothesis import given, settings
from hypothesis import strategies as st

from roost.domain.metrics import average_precision, brier_score, log_loss, roc_auc

Metric = Callable[[Any, Any], float]
METRICS = [roc_auc, average_precision, log_loss, brier_score]

coarse = st.integers(0, 4).map(lambda step: step / 4)
fine = st.floats(0, 1, allow_subnormal=False)


@st.composite
def labelled_scores(draw: st.DrawFn) -> tuple[Any, Any]:
    """Both classes, from 2 to 60 rows, scores from 0 to 1 of which many are equal."""
    score = draw(st.lists(st.one_of(coarse, fine), min_size=2, max_size=60))
    label = draw(st.lists(st.integers(0, 1), min_size=len(score), max_size=len(score)))
    missing = draw(st.permutations(range(len(score))))[:2]
    label[missing[0]], label[missing[1]] = 0, 1
    return np.array(label), np.array(score)


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (roc_auc, sklearn.metrics.roc_auc_score),
        (average_precision, sklearn.metrics.average_precision_score),
        (log_loss, sklearn.metrics.log_loss),
        (brier_score, sklearn.metrics.brier_score_loss),
    ],
)
@settings(deadline=None, max_examples=60)
@given(data=labelled_scores())
def test_a_metric_is_scikit_learns(ours: Metric, theirs: Metric, data: tuple[Any, Any]) -> None:
    label, score = data
    assert ours(label, score) == pytest.approx(theirs(label, score), rel=1e-12, abs=1e-12)


@pytest.mark.parametrize("metric", [roc_auc, average_precision])
@settings(deadline=None, max_examples=60)
@given(data=labelled_scores())
def test_a_ranking_metric_depends_on_the_order_of_scores_only(metric: Metric, data: tuple[Any, Any]) -> None:
    label, score = data
    _, rank = np.unique(score, return_inverse=True)
    assert metric(label, 7.0 * rank - 100.0) == metric(label, score)


@pytest.mark.parametrize("metric", METRICS)
@settings(deadline=None, max_examples=60)
@given(data=labelled_scores())
def test_a_metric_does_not_depend_on_the_order_of_rows(metric: Metric, data: tuple[Any, Any]) -> None:
    label, score = data
    assert metric(label[::-1], score[::-1]) == pytest.approx(metric(label, score), rel=1e-12, abs=1e-15)


@pytest.mark.parametrize(
    ("metric", "expected"),
    [
        (roc_auc, 3.5 / 4),  # of four pairs three in order, one tied
        (average_precision, (1 * 1 / 1 + 1 * 2 / 3) / 2),  # the tie shares the threshold of three rows
        (log_loss, -np.log([0.6, 0.5, 0.5, 0.9]).mean()),
        (brier_score, (0.16 + 0.25 + 0.25 + 0.01) / 4),
    ],
)
def test_a_metric_by_hand(metric: Metric, expected: float) -> None:
    assert metric([0, 0, 1, 1], [0.4, 0.5, 0.5, 0.9]) == pytest.approx(expected, rel=1e-14)


@pytest.mark.parametrize(("metric", "best"), [(roc_auc, 1.0), (average_precision, 1.0), (brier_score, 0.0)])
def test_perfect_scores_are_perfect(metric: Metric, best: float) -> None:
    assert metric([True, False, False], [1.0, 0.0, 0.0]) == best


def test_a_sure_mistake_has_a_finite_loss() -> None:
    assert log_loss([1, 0], [0.0, 0.0]) == pytest.approx(-np.log(np.finfo(float).eps) / 2)


@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize(
    ("label", "score", "message"),
    [
        ([1, 1], [0.1, 0.2], "both classes"),
        ([0, 0], [0.1, 0.2], "both classes"),
        ([], [], "both classes"),
        ([0, 1], [0.1, float("nan")], "score must be finite"),
        ([0, 1], [0.1, float("inf")], "score must be finite"),
        ([0, 1, 1], [0.1, 0.2], r"one length, not \(3,\) and \(2,\)"),
        ([[0, 1]], [[0.1, 0.2]], "label and score must be vectors"),
        ([0, 2], [0.1, 0.2], "label must be 0 or 1"),
        ([0, float("nan")], [0.1, 0.2], "label must be 0 or 1"),
    ],
)
def test_what_cannot_be_measured_is_refused(metric: Metric, label: Any, score: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        metric(label, score)
