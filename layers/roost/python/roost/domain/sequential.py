"""Tests that may be looked at as often as one likes: e-processes for means of values between 0 and 1.

An e-process is a non-negative process whose expectation is at most 1 at any time under the null hypothesis, so that it
ever reaches 1/alpha with probability at most alpha (Ville's inequality; Howard, Ramdas, McAuliffe and Sekhon, 2021,
"Time-uniform, nonparametric, nonasymptotic confidence sequences"). Here it is a mixture of likelihood ratios of
Bernoulli means. As a**x * b**(1 - x) <= x*a + (1 - x)*b (arithmetic and geometric means), it is one for any values in
[0, 1] too (Waudby-Smith and Ramdas, 2023, "Estimating means of bounded random variables by betting",
have sharper ones for values that vary little). It needs counts and sums only, which is what CloudWatch gives.

Two samples are compared by taking the least product over the unknown mean of one of them.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

SHIFTS = (0.1, 0.25, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0, 4.0, 6.0)  # alternatives, in log-odds from the bound
SMALLEST = 1e-9
GRID = 120
WIDEST = 14.0  # log-odds of the grid's ends: a mean of one in a million
GOLDEN = (math.sqrt(5) - 1) / 2
HALVINGS = 60


@dataclass(frozen=True)
class Tally:
    """So many values in [0, 1], and their sum: for a rate, trials and events."""

    count: int
    total: float

    @property
    def mean(self) -> float:
        """Their mean; 0 of none."""
        return self.total / self.count if self.count else 0.0

    @property
    def mirrored(self) -> "Tally":
        """The tally of one minus each value."""
        return Tally(self.count, self.count - self.total)


def log_e_above(tally: Tally, bound: float) -> float:
    """Log of the e-value against "the mean is at most ``bound``"; 0 where no mean can be above it."""
    if bound >= 1 or not tally.count:
        return 0.0
    null = max(bound, SMALLEST)
    at = math.log(null / (1 - null))
    return _log_mean([_log_ratio(tally, null, _mean_of(at + shift)) for shift in SHIFTS])


def log_e_below(tally: Tally, bound: float) -> float:
    """Log of the e-value against "the mean is at least ``bound``"."""
    return log_e_above(tally.mirrored, 1 - bound)


def log_e_elsewhere(tally: Tally, mean: float) -> float:
    """Log of the e-value against "the mean is ``mean``"."""
    return _log_mean([log_e_above(tally, mean), log_e_below(tally, mean)])


def log_e_beside(live: Tally, log_e_given: Callable[[float], float]) -> float:
    """Log of the e-value of a null hypothesis that speaks of ``live``'s unknown mean.

    ``log_e_given`` is the other sample's log e-value, given that mean. Its product with the e-value against "live's
    mean is q" is an e-value where q is the true mean, so the least product over all q is one whatever the mean.
    """

    def product(odds: float) -> float:
        mean = _mean_of(odds)
        return log_e_given(mean) + log_e_elsewhere(live, mean)

    step = 2 * WIDEST / GRID
    best = min((-WIDEST + step * place for place in range(GRID + 1)), key=product)
    return min(product(best), _least(product, best - step, best + step))


def mean_interval(tally: Tally, alpha: float) -> tuple[float, float]:
    """A confidence sequence of the mean: at all times together it misses the mean with probability at most alpha."""
    if not tally.count:
        return 0.0, 1.0
    high = _last(lambda mean: log_e_elsewhere(tally, mean) < -math.log(alpha), tally.mean, 1.0)
    low = _last(lambda mean: log_e_elsewhere(tally, mean) < -math.log(alpha), tally.mean, 0.0)
    return low, high


def difference_interval(one: Tally, other: Tally, alpha: float) -> tuple[float, float]:
    """A confidence sequence of the mean of ``one`` minus the mean of ``other``, half of alpha for each."""
    first, second = mean_interval(one, alpha / 2), mean_interval(other, alpha / 2)
    return first[0] - second[1], first[1] - second[0]


def _log_ratio(tally: Tally, null: float, alternative: float) -> float:
    events, others = tally.total, tally.count - tally.total
    return events * math.log(alternative / null) + others * (math.log1p(-alternative) - math.log1p(-null))


def _mean_of(odds: float) -> float:
    mean = 1 / (1 + math.exp(-odds))
    return min(max(mean, SMALLEST), 1 - SMALLEST)


def _log_mean(logs: list[float]) -> float:
    most = max(logs)
    return most + math.log(sum(math.exp(each - most) for each in logs) / len(logs))


def _least(value: Callable[[float], float], low: float, high: float) -> float:
    """The least value between two points around a minimum, by golden section."""
    for _ in range(HALVINGS // 2):
        left, right = high - GOLDEN * (high - low), low + GOLDEN * (high - low)
        low, high = (low, right) if value(left) <= value(right) else (left, high)
    return value((low + high) / 2)


def _last(holds: Callable[[float], bool], inside: float, outside: float) -> float:
    """How far from ``inside`` towards ``outside`` a condition holds, by bisection; errs to the outer side."""
    for _ in range(HALVINGS):
        middle = (inside + outside) / 2
        inside, outside = (middle, outside) if holds(middle) else (inside, middle)
    return outside
