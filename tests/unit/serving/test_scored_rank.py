"""Ranks of scores within a version's own holdout scores."""

import numpy as np
import pytest

from roost.domain.scoring import mean_rank, rank, usable
from roost.names import Problem

REFERENCE = [0.1, 0.2, 0.2, 0.2, 0.9]


def test_the_mean_rank_is_the_mean_of_the_ranks() -> None:
    scores = np.array([0.0, 0.1, 0.2, 0.5, 0.9, 1.0])
    assert mean_rank(REFERENCE, scores) == pytest.approx(np.mean([rank(REFERENCE, score) for score in scores]))


def test_of_several_classes_the_highest_counts() -> None:
    assert mean_rank(REFERENCE, np.array([[0.2, 0.9], [0.1, 0.0]])) == pytest.approx((0.9 + 0.1) / 2)


def test_a_float32_probability_may_be_a_rounding_above_one() -> None:
    assert usable({}, float(np.nextafter(np.float32(1), np.float32(2))))
    assert not usable({"problem": Problem.REGRESSION.value}, float("inf"))
