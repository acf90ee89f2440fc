"""The comparison behind the quality benchmark: its interval is wider than that of independent folds."""

import numpy as np
import pytest
from scipy.stats import ttest_rel

from tests.benchmarks.training.paired_comparison import calibration_error, corrected_t

OURS, THEIRS = [0.10, 0.12, 0.11, 0.13, 0.09], [0.13, 0.13, 0.15, 0.14, 0.12]


def test_without_shared_rows_it_is_the_paired_t_test() -> None:
    usual, found = ttest_rel(THEIRS, OURS), corrected_t(OURS, THEIRS, 0.0)
    assert (found.gain, found.p) == pytest.approx((0.024, usual.pvalue))
    assert (found.low, found.high) == pytest.approx(tuple(usual.confidence_interval()))


def test_shared_rows_widen_the_interval_by_the_published_factor() -> None:
    plain, corrected = corrected_t(OURS, THEIRS, 0.0), corrected_t(OURS, THEIRS, 0.25)
    assert corrected.gain == plain.gain
    assert (corrected.high - corrected.gain) / (plain.high - plain.gain) == pytest.approx(np.sqrt(1 + 5 * 0.25))
    assert corrected.p > plain.p


def test_equal_sides_gain_nothing() -> None:
    assert corrected_t(OURS, OURS, 0.25).p == 1.0


def test_calibration_error_is_the_mean_distance_of_bins() -> None:
    score = np.repeat(np.linspace(0.05, 0.95, 10), 20)
    perfect = np.concatenate([np.arange(20) < round(20 * each) for each in np.linspace(0.05, 0.95, 10)]).astype(float)
    assert calibration_error(perfect, score) == pytest.approx(0.0)
    assert calibration_error(perfect, score + 0.04) == pytest.approx(0.04)
