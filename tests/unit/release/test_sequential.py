"""Anytime-valid comparison of bounded means from block sums."""

import math
import random
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roost.domain.sequential import MeanProcess, Tally, difference_interval, log_mean_exp


def drawn(random_: random.Random, count: int, value: Callable[[], float]) -> Tally:
    values = [value() for _ in range(count)]
    return Tally(count, sum(values), sum(each * each for each in values))


def ones(count: int, of: int) -> Tally:
    return Tally(of, count, count)


blocks = st.lists(
    st.tuples(st.lists(st.floats(0, 1), max_size=8), st.lists(st.floats(0, 1), max_size=8)), min_size=1, max_size=6
)


def tally(values: list[float]) -> Tally:
    return Tally(len(values), sum(values), sum(each * each for each in values))


@given(blocks, st.floats(0.001, 0.5))
def test_the_interval_lies_around_the_estimate_and_is_the_mirror_of_the_reverse(
    drawn_: list[tuple[list[float], list[float]]], alpha: float
) -> None:
    ours, theirs = [tally(a) for a, _ in drawn_], [tally(b) for _, b in drawn_]
    low, high = difference_interval(ours, theirs, alpha)
    back_low, back_high = difference_interval(theirs, ours, alpha)
    assert -1 <= low <= high <= 1
    assert (-back_high, -back_low) == pytest.approx((low, high), abs=1e-9)


@given(blocks)
def test_a_smaller_alpha_gives_a_wider_interval(drawn_: list[tuple[list[float], list[float]]]) -> None:
    ours, theirs = [tally(a) for a, _ in drawn_], [tally(b) for _, b in drawn_]
    narrow, wide = (difference_interval(ours, theirs, alpha) for alpha in (0.1, 0.001))
    assert wide[0] <= narrow[0]
    assert narrow[1] <= wide[1]


@given(st.integers(1, 60), st.integers(0, 59), st.floats(0, 0.3))
def test_the_e_value_falls_as_the_margin_grows(count: int, failed: int, margin: float) -> None:
    process = MeanProcess().after(ones(min(failed, count), count), ones(3, 100), (Tally(), Tally()))
    assert process.log_e_above(margin + 0.1) <= process.log_e_above(margin)
    assert process.log_e_below(margin + 0.1) >= process.log_e_below(margin)


def test_nothing_seen_says_nothing() -> None:
    assert difference_interval([Tally()], [Tally()], 0.05) == (-1, 1)
    assert MeanProcess().log_e_above(0) == 0


def test_a_block_without_one_arm_waits_for_it() -> None:
    apart = difference_interval([ones(3, 9), Tally()], [Tally(), ones(30, 90)], 0.05)
    assert apart == difference_interval([ones(3, 9)], [ones(30, 90)], 0.05)


def test_arms_of_different_length_are_refused() -> None:
    with pytest.raises(ValueError, match="shorter|longer"):
        difference_interval([ones(3, 9)], [], 0.05)


@pytest.mark.parametrize("alpha", [0.0, 1.0, -0.1, math.nan])
def test_alpha_must_be_a_share(alpha: float) -> None:
    with pytest.raises(ValueError, match="alpha is"):
        difference_interval([ones(3, 9)], [ones(3, 9)], alpha)


def test_shares_of_traffic_that_change_beside_a_drift_do_not_mislead() -> None:
    """Simpson's paradox: pooled, a canary that equals live in every block seems five times as bad."""
    canary, live = [ones(1, 100), ones(180, 900)], [ones(9, 900), ones(20, 100)]
    assert 181 / 1000 > 5 * 29 / 1000
    low, high = difference_interval(canary, live, 0.05)
    assert low < 0 < high
    assert low + high == pytest.approx(0, abs=0.02)


def test_a_clear_difference_is_seen() -> None:
    random_ = random.Random(3)
    canary = [drawn(random_, 40, lambda: random_.betavariate(8, 2)) for _ in range(10)]
    live = [drawn(random_, 360, random_.random) for _ in range(10)]
    low, high = difference_interval(canary, live, 0.01)
    assert 0.2 < low < 0.3 < high < 0.4


def test_the_mean_of_exponentials_does_not_overflow() -> None:
    assert log_mean_exp([1000.0, 1000.0]) == pytest.approx(1000.0)
