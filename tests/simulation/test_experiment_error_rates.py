"""How often an experiment that compares equals says otherwise, looked at every hour, and what its bandit gives away."""

import math
import random

import numpy as np
import pytest

from roost.domain.assignment import Split
from roost.domain.bandit import Learnt, challenger_share, inverse_propensity_mean
from roost.domain.experiment_analysis import lift_interval
from roost.domain.experiments import Measured
from roost.domain.first_exposures import Exposure
from roost.domain.sequential import Tally, difference_interval
from roost.domain.share_mismatch import LEVEL, log_e_value
from roost.experiment_names import Better

pytestmark = pytest.mark.simulation
ALPHA = 0.05
LOOKS, AN_HOUR = 24, 250


def hourly(rates: tuple[float, float], experiments: int, seed: int) -> np.ndarray:
    """Successes by experiment, arm and hour, of equal numbers of entities."""
    draw = np.random.default_rng(seed)
    return draw.binomial(AN_HOUR, np.array(rates)[None, :, None], (experiments, 2, LOOKS))


def first_decision(successes: np.ndarray) -> int | None:
    """The first look at which the interval of b - a leaves out 0; None if none does."""
    a, b = ([Tally(AN_HOUR, float(s), float(s)) for s in arm] for arm in successes)
    for look in range(2, LOOKS + 1, 2):
        low, high = difference_interval(b[:look], a[:look], ALPHA)
        if low > 0 or high < 0:
            return look
    return None


@pytest.mark.parametrize("rate", [0.02, 0.3])
def test_equal_arms_are_called_different_at_most_as_often_as_stated_however_often_one_looks(rate: float) -> None:
    experiments = 150
    called = sum(first_decision(each) is not None for each in hourly((rate, rate), experiments, seed=5))
    assert called <= experiments * ALPHA + 3 * math.sqrt(experiments * ALPHA)


def test_a_z_test_that_is_looked_at_as_often_errs_much_more_often() -> None:
    """What the confidence sequence is for: the same looks by a fixed-sample test."""
    summed = hourly((0.3, 0.3), 400, seed=5).cumsum(axis=2)
    seen = AN_HOUR * np.arange(1, LOOKS + 1)
    pooled = summed.sum(axis=1) / (2 * seen)
    z = (summed[:, 1] - summed[:, 0]) / seen / np.sqrt(2 * pooled * (1 - pooled) / seen)
    assert (np.abs(z) > 1.96).any(axis=1).mean() > 3 * ALPHA


def test_a_real_difference_is_found_and_its_sign_is_right() -> None:
    found = [first_decision(each) for each in hourly((0.3, 0.4), 40, seed=6)]
    assert sum(look is not None for look in found) >= 38


def test_intended_shares_raise_the_alarm_at_most_as_often_as_stated() -> None:
    """Looked at after every entity: the largest e-value of 3000 draws, with room for chance."""
    runs, entities, shares = 2000, 3000, {"a": 0.5, "b": 0.5}
    draw = np.random.default_rng(8)
    b = (draw.random((runs, entities)) < shares["b"]).cumsum(axis=1)
    looks = range(50, entities + 1, 50)
    alarms = sum(
        any(log_e_value({"a": n - int(row[n - 1]), "b": int(row[n - 1])}, shares) >= -math.log(LEVEL) for n in looks)
        for row in b
    )
    assert alarms <= runs * LEVEL + 5 * math.sqrt(runs * LEVEL)


def test_a_lost_tenth_of_an_arm_raises_the_alarm_by_twenty_thousand_entities() -> None:
    draw = np.random.default_rng(9)
    caught = 0
    for _ in range(50):
        kept = draw.binomial(20_000, 0.45 / 0.95)
        caught += log_e_value({"a": 20_000 - kept, "b": kept}, {"a": 0.5, "b": 0.5}) >= -math.log(LEVEL)
    assert caught >= 48


def test_assignment_is_uniform_and_independent_between_salts() -> None:
    """Chi-squared of 20 bins, and of the two-by-two table of two experiments on the same 40,000 entities."""
    entities = [str(number) for number in range(40_000)]
    first, second = ([Split("id", salt, (0.5, 0.5)).assign(e).place for e in entities] for salt in ("one", "two"))
    table = np.histogram2d(first, second, bins=2)[0]
    expected = table.sum(axis=0) * table.sum(axis=1)[:, None] / table.sum()
    assert ((table - expected) ** 2 / expected).sum() < 10.8  # 0.001 of one degree of freedom
    assert abs(np.mean(first) - 0.5) < 4 * 0.5 / math.sqrt(len(entities))


def thompson(rates: tuple[float, float], batches: int, batch: int, seed: int) -> tuple[float, list[float]]:
    """Regret per entity of a bandit in batches, and the challenger's shares."""
    draw, share, shares = random.Random(seed), 0.5, []
    counts, totals, regret = [0, 0], [0.0, 0.0], 0.0
    for number in range(batches):
        for _ in range(batch):
            arm = int(draw.random() < share)
            counts[arm] += 1
            totals[arm] += draw.random() < rates[arm]
            regret += max(rates) - rates[arm]
        learnt = [Learnt(count, total) for count, total in zip(counts, totals, strict=True)]
        share = challenger_share(learnt[0], learnt[1], Better.HIGHER, 0.1, seed=number)
        shares.append(share)
    return regret / (batches * batch), shares


def test_the_bandit_gives_away_less_than_a_fixed_split_and_keeps_its_bounds() -> None:
    rates = (0.10, 0.15)
    runs = [thompson(rates, 15, 300, seed) for seed in range(20)]
    fixed = (rates[1] - rates[0]) / 2
    assert np.mean([regret for regret, _ in runs]) < 0.6 * fixed
    assert all(0.1 <= share <= 0.9 for _, shares in runs for share in shares)
    assert np.mean([shares[-1] for _, shares in runs]) > 0.85


def test_what_another_policy_would_have_earned_follows_from_the_log() -> None:
    draw, rates, values = random.Random(4), {"a": 0.1, "b": 0.2}, []
    for number in range(40_000):
        share = 0.5 if number < 20_000 else 0.9  # shares moved on the way
        arm = "b" if draw.random() < share else "a"
        values.append((arm, share if arm == "b" else 1 - share, float(draw.random() < rates[arm])))
    assert inverse_propensity_mean(values, {"a": 1.0, "b": 0.0}) == pytest.approx(0.1, abs=0.012)
    assert inverse_propensity_mean(values, {"a": 0.5, "b": 0.5}) == pytest.approx(0.15, abs=0.006)


def test_the_interval_covers_the_lift_of_a_bounded_number() -> None:
    draw, hour = np.random.default_rng(11), 3_600_000
    measured = Measured("amount", low=0.0, high=200.0)
    missed = 0
    for _ in range(100):
        values = draw.uniform(0, 100, 1_000)
        exposures = [
            Exposure(place * hour // 50, "ab"[place % 2], 0.5, str(place), float(v)) for place, v in enumerate(values)
        ]
        low, high = lift_interval(measured, exposures, ALPHA)
        missed += not low <= 0 <= high
    assert missed <= 5
