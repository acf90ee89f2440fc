"""E-values and confidence sequences of means."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from roost.domain.sequential import (
    Tally,
    difference_interval,
    log_e_above,
    log_e_below,
    log_e_beside,
    log_e_elsewhere,
    mean_interval,
)


@given(st.floats(0.01, 0.9), st.integers(1, 12))
def test_the_expectation_under_the_null_is_one(bound: float, count: int) -> None:
    """Over all outcomes of a binomial whose mean is the bound, which is the hardest of the null hypothesis."""
    outcomes = [(math.comb(count, k) * bound**k * (1 - bound) ** (count - k), k) for k in range(count + 1)]
    for log_e in (log_e_above, log_e_below, log_e_elsewhere):
        expected = sum(chance * math.exp(log_e(Tally(count, k), bound)) for chance, k in outcomes)
        assert expected == pytest.approx(1.0, rel=1e-6)


@settings(max_examples=25, deadline=None)
@given(st.floats(0.05, 0.6), st.floats(0, 0.3), st.integers(1, 4))
def test_beside_live_the_expectation_is_at_most_one(live: float, margin: float, count: int) -> None:
    def chance(mean: float, k: int) -> float:
        return float(math.comb(count, k) * mean**k * (1 - mean) ** (count - k))

    expected = sum(
        chance(live, k)
        * chance(live + margin, j)
        * math.exp(
            log_e_beside(Tally(count, k), lambda mean, j=j: log_e_above(Tally(count, j), mean + margin))  # type: ignore[misc]
        )
        for k in range(count + 1)
        for j in range(count + 1)
    )
    assert expected <= 1 + 1e-6


@given(st.integers(1, 500), st.floats(0.01, 0.99))
def test_evidence_rises_with_the_sum(count: int, bound: float) -> None:
    found = [log_e_above(Tally(count, total), bound) for total in range(0, count + 1, max(count // 10, 1))]
    assert found == sorted(found)


@given(st.integers(1, 2000), st.floats(0, 1), st.floats(0.001, 0.4))
def test_an_interval_holds_the_mean_and_shrinks_with_alpha(count: int, share: float, alpha: float) -> None:
    tally = Tally(count, share * count)
    low, high = mean_interval(tally, alpha)
    assert 0 <= low <= tally.mean <= high <= 1
    wider = mean_interval(tally, alpha / 10)
    assert wider[0] <= low
    assert wider[1] >= high


def test_ten_times_the_data_give_a_narrower_interval() -> None:
    few, many = (difference_interval(Tally(n, n * 0.1), Tally(n, n * 0.1), 0.05) for n in (1_000, 10_000))
    assert many[1] - many[0] < (few[1] - few[0]) / 2
    assert few[0] < 0 < few[1]


def test_no_data_say_nothing() -> None:
    assert mean_interval(Tally(0, 0), 0.05) == (0.0, 1.0)
    assert log_e_above(Tally(0, 0), 0.5) == 0.0
    assert log_e_above(Tally(10, 10), 1.0) == 0.0
