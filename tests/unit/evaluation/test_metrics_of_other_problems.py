"""Metrics of classes and of numbers against scikit-learn, and calibration error by hand."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import sklearn.metrics
from hypothesis import given, settings
from hypothesis import strategies as st

from roost.domain.class_metrics import accuracy, class_log_loss, macro_f1, macro_roc_auc
from roost.domain.evaluation import BUILT_IN, built_in_metrics, trivial_scores
from roost.domain.metrics import calibration_error
from roost.domain.number_metrics import mean_absolute_error, r2, root_mean_squared_error
from roost.names import Problem
from roost.spec.consistency import BUILT_IN_METRICS

CLASSES = 4


def classified(seed: int, rows: int = 60) -> tuple[Any, Any]:
    random = np.random.default_rng(seed)
    label = np.concatenate([np.arange(CLASSES), random.integers(0, CLASSES, rows)]).astype(np.float64)
    score = np.round(random.random((len(label), CLASSES)), 1) + 0.05
    return label, score / score.sum(axis=1, keepdims=True)


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (class_log_loss, sklearn.metrics.log_loss),
        (accuracy, lambda label, score: sklearn.metrics.accuracy_score(label, score.argmax(axis=1))),
        (macro_f1, lambda label, score: sklearn.metrics.f1_score(label, score.argmax(axis=1), average="macro")),
        (macro_roc_auc, lambda label, score: sklearn.metrics.roc_auc_score(label, score, multi_class="ovr")),
    ],
)
@settings(deadline=None, max_examples=25)
@given(seed=st.integers(0, 10_000))
def test_a_metric_of_classes_is_scikit_learns(
    ours: Callable[[Any, Any], float], theirs: Callable[[Any, Any], float], seed: int
) -> None:
    label, score = classified(seed)
    assert ours(label, score) == pytest.approx(theirs(label, score), rel=1e-12)


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (mean_absolute_error, sklearn.metrics.mean_absolute_error),
        (root_mean_squared_error, sklearn.metrics.root_mean_squared_error),
        (r2, sklearn.metrics.r2_score),
    ],
)
@settings(deadline=None, max_examples=25)
@given(seed=st.integers(0, 10_000))
def test_a_metric_of_numbers_is_scikit_learns(
    ours: Callable[[Any, Any], float], theirs: Callable[[Any, Any], float], seed: int
) -> None:
    random = np.random.default_rng(seed)
    label, score = random.normal(50, 20, 40), random.normal(50, 20, 40)
    assert ours(label, score) == pytest.approx(theirs(label, score), rel=1e-12)


def test_every_declared_metric_is_computed_and_no_other() -> None:
    assert {problem: tuple(metrics) for problem, metrics in BUILT_IN.items()} == BUILT_IN_METRICS


def test_calibration_error_is_the_mean_gap_of_bins_of_equal_mass() -> None:
    score = np.repeat([0.1, 0.5, 0.9], 10)
    label = np.concatenate([np.repeat([0, 1], [9, 1]), np.repeat([0, 1], [7, 3]), np.repeat([0, 1], [1, 9])])
    assert calibration_error(label, score) == pytest.approx((0 + 0.2 + 0) / 3)


@settings(deadline=None, max_examples=25)
@given(seed=st.integers(0, 10_000))
def test_calibration_error_does_not_depend_on_the_order_of_rows_that_tie(seed: int) -> None:
    random = np.random.default_rng(seed)
    score, label = random.integers(0, 5, 80) / 5, random.integers(0, 2, 80)
    shuffled = random.permutation(80)
    assert calibration_error(label[shuffled], score[shuffled]) == pytest.approx(calibration_error(label, score))


def test_the_trivial_baseline_knows_the_training_labels_only() -> None:
    like, label = np.zeros((3, 2)), np.array([0.0, 1.0, 1.0, 1.0])
    assert trivial_scores(Problem.BINARY, label, like[:, 0]).tolist() == [0.75] * 3
    assert trivial_scores(Problem.MULTICLASS, label, like).tolist() == [[0.25, 0.75]] * 3
    assert built_in_metrics(Problem.REGRESSION, label, trivial_scores(Problem.REGRESSION, label, label))["r2"] == 0.0


@pytest.mark.parametrize(
    ("call", "told"),
    [
        (lambda: accuracy([0, 3], [[0.5, 0.5], [0.5, 0.5]]), "index of a class, 0 to 1"),
        (lambda: accuracy([0, 1], [0.5, 0.5]), "not \\(2,\\) and \\(2,\\)"),
        (lambda: class_log_loss([0, 1], [[np.nan, 1], [0, 1]]), "1 rows are not"),
        (lambda: r2([3, 3], [1, 2]), "must vary"),
        (lambda: r2([1, np.inf], [1, 2]), "label must be finite"),
    ],
)
def test_what_has_no_metric_says_why(call: Callable[[], float], told: str) -> None:
    with pytest.raises(ValueError, match=told):
        call()
