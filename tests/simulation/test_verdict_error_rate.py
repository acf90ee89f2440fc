"""How often the verdict errs and how soon it sees, by simulation: a canary beside live, looked at each minute.

``python -m tests.simulation.test_verdict_error_rate`` prints the tables of docs/verdict.md.
"""

import math
from collections.abc import Callable
from statistics import NormalDist, median

import numpy as np
import pytest

from roost.domain.sequential import Tally, log_e_above, log_e_beside

pytestmark = pytest.mark.simulation

REQUESTS = 200  # a minute
NORMAL = NormalDist()

Counts = list[tuple[Tally, Tally]]  # canary and live, cumulated, look by look
Rule = Callable[[Tally, Tally], bool]


def release(seed: int, rates: tuple[float, float], weight: float, looks: int, drift: float = 0.0) -> Counts:
    """What is seen at each look. With ``drift`` both rates are multiplied by 1 + drift halfway."""
    random = np.random.default_rng(seed)
    grown = np.where(np.arange(looks) < looks // 2, 1.0, 1.0 + drift)
    shares = random.binomial(REQUESTS, weight, looks)
    arms = [
        (np.cumsum(count), np.cumsum(random.binomial(count, rate * grown)))
        for count, rate in zip((shares, REQUESTS - shares), rates, strict=True)
    ]
    (n, k), (m, j) = arms
    return [(Tally(int(n[i]), int(k[i])), Tally(int(m[i]), int(j[i]))) for i in range(looks)]


def sequential(alpha: float, margin: float) -> Rule:
    def crossed(canary: Tally, live: Tally) -> bool:
        quick = log_e_above(canary, live.mean + margin)  # the least over all means of live is no more than this
        if quick < -math.log(alpha):
            return False
        return log_e_beside(live, lambda mean: log_e_above(canary, mean + margin)) >= -math.log(alpha)

    return crossed


def z_test(alpha: float, margin: float) -> Rule:
    def crossed(canary: Tally, live: Tally) -> bool:
        variance = sum(t.mean * (1 - t.mean) / max(t.count, 1) for t in (canary, live))
        return variance > 0 and canary.mean - live.mean - margin > NORMAL.inv_cdf(1 - alpha) * math.sqrt(variance)

    return crossed


def first_look(rule: Rule, seen: Counts) -> int | None:
    """The look at which the rule says harm, from 1; None if it never does."""
    return next((place for place, (canary, live) in enumerate(seen, start=1) if rule(canary, live)), None)


def false_alarms(rule: Rule, runs: int, rates: tuple[float, float], weight: float, drift: float = 0.0) -> float:
    """Share of releases that the rule stops, over sixty looks."""
    return sum(first_look(rule, release(seed, rates, weight, 60, drift)) is not None for seed in range(runs)) / runs


def delay(rates: tuple[float, float], weight: float, rule: Rule, runs: int, looks: int) -> float:
    """Median number of the canary's requests until the rule says harm; infinite if it mostly does not."""
    found = []
    for seed in range(runs):
        seen = release(seed, rates, weight, looks)
        look = first_look(rule, seen)
        found.append(seen[look - 1][0].count if look else math.inf)
    return median(found)


def oracle(rates: tuple[float, float], weight: float, margin: float, alpha: float, power: float = 0.8) -> float:
    """Canary's requests that a test of one look needs, planned by somebody who knows both rates."""
    canary, live = rates
    spread = canary * (1 - canary) + live * (1 - live) * weight / (1 - weight)
    quantiles = NORMAL.inv_cdf(1 - alpha) + NORMAL.inv_cdf(power)
    return quantiles**2 * spread / (canary - live - margin) ** 2


@pytest.mark.parametrize("drift", [0.0, 2.0])
def test_a_canary_as_good_as_live_is_rolled_back_at_most_as_often_as_stated(drift: float) -> None:
    """No margin, so that equal rates are the hardest case. Three standard errors of 200 runs are 0.046 at 0.05."""
    assert false_alarms(sequential(0.05, 0.0), 200, (0.05, 0.05), 0.25, drift) <= 0.05 + 0.046


def test_a_test_of_one_look_that_is_looked_at_each_minute_errs_many_times_as_often() -> None:
    assert false_alarms(z_test(0.05, 0.0), 200, (0.05, 0.05), 0.25) > 0.2


def test_a_margin_makes_errors_rare() -> None:
    assert false_alarms(sequential(0.01, 0.02), 200, (0.03, 0.03), 0.25) == 0.0


def test_a_worse_canary_is_found_sooner_the_worse_it_is() -> None:
    rule = sequential(0.01, 0.02)
    some, much = (delay((0.01 + more, 0.01), 0.25, rule, 25, 60) for more in (0.08, 0.3))
    assert much < some < 1500


def tables() -> None:
    """Print what docs/verdict.md has."""
    print("| rates | drift | e-process | z-test each minute |\n|---|---|---|---|")
    for rate, drift in ((0.01, 0.0), (0.05, 0.0), (0.05, 2.0), (0.2, 0.0)):
        shares = [false_alarms(rule(0.05, 0.0), 1000, (rate, rate), 0.25, drift) for rule in (sequential, z_test)]
        print(f"| {rate} | {drift:+.0%} | {shares[0]:.3f} | {shares[1]:.3f} |")
    print("\n| canary | weight | e-process | oracle, one look | ratio |\n|---|---|---|---|---|")
    for more in (0.05, 0.1, 0.2, 0.4):
        for weight in (0.05, 0.25, 0.5):
            rates = (0.01 + more, 0.01)
            found = delay(rates, weight, sequential(0.01 / 3, 0.02), 60, 120)
            needed = oracle(rates, weight, 0.02, 0.01 / 3)
            print(f"| {rates[0]:.2f} | {weight:.0%} | {found:.0f} | {needed:.0f} | {found / needed:.2f} |")


if __name__ == "__main__":
    tables()
