"""The bootstrap: metrics of weights against metrics of repeated rows, clusters, pairs, intervals."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from roost.domain.evaluation import BUILT_IN, built_in_metrics
from roost.domain.judged import Measure, Number, difference, measure
from roost.domain.resampling import Resampling, clusters, draws, interval
from roost.domain.weighted_metrics import estimator
from roost.names import Problem

# Bins of equal mass are those of the rows as they are; repeated rows would have others.
SAME_BINS = {"calibration_error"}


def holdout(problem: Problem, seed: int, rows: int = 60) -> tuple[Any, Any]:
    random = np.random.default_rng(seed)
    if problem is Problem.BINARY:
        label = np.append(random.integers(0, 2, rows - 2), [0, 1]).astype(np.float64)
        return label, np.round(random.random(rows), 1)
    if problem is Problem.MULTICLASS:
        score = random.random((rows, 3))
        return random.permutation(np.arange(rows) % 3).astype(np.float64), score / score.sum(axis=1, keepdims=True)
    return random.normal(size=rows), random.normal(size=rows)


@pytest.mark.parametrize("problem", list(Problem))
@settings(deadline=None, max_examples=40)
@given(seed=st.integers(0, 10_000))
def test_weights_of_one_give_the_metrics_themselves(problem: Problem, seed: int) -> None:
    label, score = holdout(problem, seed)
    found = estimator(problem, label, score)(np.ones(len(label)))
    assert found == pytest.approx(tuple(built_in_metrics(problem, label, score).values()), rel=1e-9, abs=1e-12)


@pytest.mark.parametrize("problem", list(Problem))
@settings(deadline=None, max_examples=40)
@given(seed=st.integers(0, 10_000))
def test_a_weight_is_a_row_so_many_times(problem: Problem, seed: int) -> None:
    label, score = holdout(problem, seed)
    weights = np.random.default_rng(seed).integers(0, 4, len(label)).astype(np.float64)
    weights[-3:] = 1
    if problem is Problem.MULTICLASS:
        weights[:6] = 1
    rows = np.repeat(np.arange(len(label)), weights.astype(int))
    if problem is not Problem.REGRESSION and len(np.unique(label[rows])) < len(np.unique(label)):
        return
    found = dict(zip(BUILT_IN[problem], estimator(problem, label, score)(weights), strict=True))
    wanted = built_in_metrics(problem, label[rows], score[rows])
    for name in set(wanted) - SAME_BINS:
        assert found[name] == pytest.approx(wanted[name], rel=1e-9, abs=1e-12), name


def test_a_resample_without_a_class_has_no_ranking_and_does_not_widen_an_interval() -> None:
    label, score = np.array([0.0, 0.0, 1.0]), np.array([0.1, 0.3, 0.2])
    area, precision, *_ = estimator(Problem.BINARY, label, score)(np.array([2.0, 1.0, 0.0]))
    assert np.isnan(area)
    assert np.isnan(precision)
    assert interval(np.array([np.nan, 1.0, 1.0]), 0.9) == (1.0, 1.0)


def test_a_resample_draws_as_many_rows_as_there_are_and_the_seed_decides_which() -> None:
    first, again = list(Resampling(50, 5, seed=1).weights()), list(Resampling(50, 5, seed=1).weights())
    other = list(Resampling(50, 5, seed=2).weights())
    assert [weights.sum() for weights in first] == [50.0] * 5
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def test_rows_of_one_cluster_are_drawn_together() -> None:
    cluster = clusters(np.array(["b", "a", "b", "c", "a"]))
    for weights in Resampling(5, 20, 0, cluster).weights():
        assert weights[0] == weights[2]
        assert weights[1] == weights[4]
        assert weights[[0, 1, 3]].sum() == 3


def test_ignoring_clusters_makes_intervals_too_narrow() -> None:
    random = np.random.default_rng(0)
    customer = np.repeat(np.arange(60), 20)
    score = np.repeat(random.normal(size=60), 20) + 0.1 * random.normal(size=1200)
    by_row, by_customer = (
        np.diff(interval(draws(Resampling(1200, 400, 0, of), {"mean": _mean(score)})["mean"][:, 0], 0.95))[0]
        for of in (None, customer.astype(np.intp))
    )
    assert by_customer > 3 * by_row


def _mean(score: Any) -> Any:
    return lambda weights: (float(weights @ score / weights.sum()),)


def test_a_difference_of_the_same_scores_is_nothing_in_every_resample() -> None:
    label, score = holdout(Problem.BINARY, 0)
    same = Measure(("roc_auc",), lambda weights: estimator(Problem.BINARY, label, score)(weights)[:1])
    numbers = measure(Resampling(len(label), 100, 0), {"ours": same, "theirs": same})
    found = difference("roc_auc", numbers["ours"], numbers["theirs"])
    assert found is not None
    assert found.summary(0.95) == {"difference": 0.0, "low": 0.0, "high": 0.0, "probability_worse": 0.5}


def test_pairing_makes_a_difference_of_like_models_sharp() -> None:
    random = np.random.default_rng(1)
    label = (random.random(2000) < 0.2).astype(np.float64)
    score = random.normal(size=2000) + label
    near = score + 0.05 * random.normal(size=2000)
    measures = {
        name: Measure(tuple(BUILT_IN[Problem.BINARY]), estimator(Problem.BINARY, label, 1 / (1 + np.exp(-one))))
        for name, one in (("ours", score), ("theirs", near))
    }
    numbers = measure(Resampling(2000, 300, 0), measures)
    found = difference("roc_auc", numbers["ours"], numbers["theirs"])
    assert found is not None
    paired, alone = found.summary(0.95), numbers["ours"]["roc_auc"].interval(0.95)
    assert alone is not None
    assert paired["high"] - paired["low"] < 0.2 * (alone[1] - alone[0])


def test_less_is_better_where_it_is_and_a_difference_says_so() -> None:
    ours, theirs = ({"log_loss": Number("log_loss", value, np.array([value]))} for value in (0.2, 0.3))
    found = difference("log_loss", ours, theirs)
    assert found is not None
    assert found.value == pytest.approx(0.1)


def test_an_interval_of_calibration_error_mirrors_what_resampling_adds() -> None:
    number = Number("calibration_error", 0.02, np.array([0.02, 0.03, 0.04]))
    ends = number.interval(0.95)
    assert ends is not None
    assert 0.0 <= ends[0] <= number.value <= ends[1] + 1e-12
