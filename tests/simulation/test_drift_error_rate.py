"""How often the drift rule stops a set whose new rows come from the same distribution, and how often one of another."""

import numpy as np
import pytest

from roost.domain.drift import chi_squared_tail, drift

pytestmark = pytest.mark.simulation
DRAWS = 4_000
DECILES = np.full(10, 0.1)
SKEWED = np.array([0.6, 0.2, 0.1, 0.05, 0.03, 0.015, 0.004, 0.001, 0.0, 0.0])


def p_values(shares: np.ndarray, known: int, new: int) -> np.ndarray:
    draw = np.random.default_rng(7)
    before, after = draw.multinomial(known, shares, DRAWS), draw.multinomial(new, shares, DRAWS)
    return np.array([drift(a.tolist(), b.tolist()).p_value for a, b in zip(before, after, strict=True)])


@pytest.mark.parametrize(("known", "new"), [(1_000, 100), (100_000, 300), (5_000, 5_000), (300, 20_000)])
@pytest.mark.parametrize("shares", [DECILES, SKEWED], ids=["deciles", "skewed"])
@pytest.mark.parametrize("level", [0.01, 0.001])
def test_equal_distributions_are_called_different_at_most_as_often_as_stated(
    shares: np.ndarray, known: int, new: int, level: float
) -> None:
    """Each count of false alarms may exceed its expectation by what chance explains (five standard deviations)."""
    alarms = int((p_values(shares, known, new) < level).sum())
    assert alarms <= DRAWS * level + 5 * np.sqrt(DRAWS * level)


@pytest.mark.parametrize("new", [300, 3_000])
def test_a_drift_beyond_the_bound_is_nearly_always_found(new: int) -> None:
    moved = np.array([0.3, 0.2, 0.15, 0.1, 0.1, 0.05, 0.04, 0.03, 0.02, 0.01])
    draw = np.random.default_rng(3)
    found = [
        drift(draw.multinomial(20_000, DECILES).tolist(), draw.multinomial(new, moved).tolist()) for _ in range(500)
    ]
    assert np.mean([each.index > 0.25 and each.p_value < 0.001 for each in found]) > 0.99


def test_a_small_difference_in_many_rows_is_significant_and_yet_below_the_bound() -> None:
    moved = DECILES + np.array([0.01, -0.01] * 5)
    found = drift((DECILES * 1_000_000).astype(int).tolist(), (moved * 1_000_000).astype(int).tolist())
    assert found.p_value < 1e-6
    assert found.index < 0.02


def test_the_tail_agrees_with_scipy() -> None:
    from scipy.stats import chi2

    for degrees in (1, 2, 5, 10, 20):
        for level in (0.5, 0.05, 0.001):
            assert chi_squared_tail(float(chi2.isf(level, degrees)), degrees) == pytest.approx(level, rel=0.25)


@pytest.mark.parametrize("counts", [([0, 0], [5, 5]), ([5, 5], [0, 0]), ([9, 0], [50, 0]), ([1, 1], [1, 1])])
def test_nothing_to_compare_is_no_drift(counts: tuple[list[int], list[int]]) -> None:
    assert drift(*counts).p_value > 0.05
