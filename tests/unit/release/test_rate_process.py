"""Anytime-valid test of rates: exact expectations, by enumeration."""

import math
from collections.abc import Callable
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roost.domain.rate_process import ODDS, RateProcess, at_odds, projection
from roost.domain.sequential import Tally

LogE = Callable[[RateProcess], float]


def failed(count: int, bad: int) -> Tally:
    return Tally(count, bad, bad)


def binomial(count: int, bad: int, rate: float) -> float:
    return float(math.comb(count, bad) * rate**bad * (1 - rate) ** (count - bad))


def expected(
    ours: float,
    theirs: float,
    canary: int,
    live: int,
    margin: float,
    before: Tally,
    e_value: LogE = RateProcess.log_e_worse,
) -> float:
    """The expectation of a block's e-value, over everything that two arms of these rates can show."""
    return sum(
        binomial(canary, i, ours)
        * binomial(live, j, theirs)
        * math.exp(e_value(RateProcess().after(failed(canary, i), failed(live, j), margin, before)))
        for i, j in product(range(canary + 1), range(live + 1))
    )


@pytest.mark.parametrize(("canary", "live"), [(1, 1), (2, 9), (6, 3)])
@pytest.mark.parametrize("margin", [0.0, 0.02, 0.2])
@pytest.mark.parametrize("theirs", [0.0, 0.003, 0.1, 0.5, 0.8])
@pytest.mark.parametrize("before", [failed(0, 0), failed(100, 0), failed(400, 200)], ids=["unknown", "rare", "often"])
def test_whatever_lives_rate_is_the_expectation_is_at_most_one(
    canary: int, live: int, margin: float, theirs: float, before: Tally
) -> None:
    for ours in (theirs + margin, max(0.0, theirs - 0.05)):
        assert expected(min(ours, 1.0), theirs, canary, live, margin, before) <= 1 + 1e-9


@pytest.mark.parametrize("margin", [0.0, 0.02, 0.2])
@pytest.mark.parametrize("theirs", [0.0, 0.003, 0.1, 0.5, 0.8])
def test_non_inferiority_is_as_hard_to_show_by_chance(margin: float, theirs: float) -> None:
    for ours in (theirs + margin, theirs + margin + 0.1):
        for before in (failed(0, 0), failed(100, 0), failed(400, 200)):
            assert expected(min(ours, 1.0), theirs, 4, 9, margin, before, RateProcess.log_e_fine) <= 1 + 1e-9


def test_beyond_the_margin_it_grows() -> None:
    assert expected(0.5, 0.05, 6, 9, 0.02, failed(100, 5)) > 1.5


def test_alone_the_expectation_is_at_most_one_at_the_bound() -> None:
    for rate, bound in ((0.02, 0.02), (0.0, 0.02), (0.3, 0.3), (0.0, 0.0)):
        grown = [math.exp(RateProcess().after_alone(failed(9, i), bound).log_e_worse()) for i in range(10)]
        assert sum(binomial(9, i, rate) * e for i, e in enumerate(grown)) <= 1 + 1e-9


@given(st.integers(1, 80), st.integers(0, 79), st.integers(1, 500), st.integers(0, 499), st.floats(0, 0.2))
def test_one_failure_more_of_the_canary_is_more_evidence(
    count: int, bad: int, live: int, live_bad: int, margin: float
) -> None:
    bad, beside = min(bad, count - 1), failed(live, min(live_bad, live))
    less, more = (RateProcess().after(failed(count, n), beside, margin, Tally()).log_e_worse() for n in (bad, bad + 1))
    assert less < more


@given(st.floats(1e-4, 0.7), st.floats(0, 0.2), st.sampled_from(ODDS), st.integers(1, 10**6), st.integers(1, 10**6))
def test_the_projection_lies_between_and_is_the_nearest(
    theirs: float, margin: float, odds: float, canary: int, live: int
) -> None:
    ours = at_odds(theirs + margin, odds)
    nearest = projection(ours, theirs, canary, live, margin)

    def apart(at: float) -> float:
        return canary * divergence(ours, at + margin) + live * divergence(theirs, at)

    assert theirs - 1e-9 <= nearest <= ours - margin + 1e-9
    for near in (nearest * 0.99, min(nearest * 1.01, (1 - margin) * 0.9999)):
        assert apart(nearest) <= apart(near) + 1e-7 * (canary + live)


def divergence(one: float, other: float) -> float:
    return one * math.log(one / other) + (1 - one) * math.log((1 - one) / (1 - other))


def test_rates_that_leave_no_room_for_the_margin_say_nothing() -> None:
    assert RateProcess().after(failed(50, 50), failed(50, 50), 1.0, failed(100, 100)).log_e_worse() == 0
    assert RateProcess().after_alone(failed(50, 50), 1.0).log_e_worse() == 0
