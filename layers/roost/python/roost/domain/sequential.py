"""A confidence sequence for the difference of two means: an interval that holds at all times at once.

The empirical Bernstein bound of Howard, Ramdas, McAuliffe and Sekhon, "Time-uniform, nonparametric, nonasymptotic
confidence sequences" (Annals of Statistics 2021): theorem 4, with the polynomial stitched boundary of theorem 1.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

ETA, POWER, ZETA = 2.0, 1.4, 3.105547  # the stitching's spacing; the exponent of its weights, and zeta of it
K1 = (ETA**0.25 + ETA**-0.25) / math.sqrt(2)
K2 = (math.sqrt(ETA) + 1) / 2
SIDES = 4  # two means, each from below and from above


@dataclass(frozen=True)
class Tally:
    """Values in [0, 1] of one stretch of time: how many, their sum and the sum of their squares."""

    count: int
    total: float
    squares: float


def difference_interval(a: Sequence[Tally], b: Sequence[Tally], alpha: float) -> tuple[float, float]:
    """An interval of mean(a) - mean(b) that covers it at all times with probability 1 - alpha.

    Tallies stand in the order of time. Without values on both sides nothing is known: (-1, 1).
    """
    (low_a, high_a), (low_b, high_b) = (_mean_interval(each, alpha / SIDES) for each in (a, b))
    return low_a - high_b, high_a - low_b


def _mean_interval(tallies: Sequence[Tally], level: float) -> tuple[float, float]:
    """The mean's interval within [0, 1]; each side fails with probability of at most ``level``."""
    count, total, variance = 0, 0.0, 0.0
    for tally in tallies:
        guess = (total + 0.5) / (count + 1)  # known before the stretch began, as the theorem asks for
        variance += max(0.0, tally.squares - 2 * guess * tally.total + tally.count * guess * guess)
        count, total = count + tally.count, total + tally.total
    if not count:
        return 0.0, 1.0
    mean, radius = total / count, _boundary(max(variance, 1.0), level) / count
    return max(0.0, mean - radius), min(1.0, mean + radius)


def _boundary(variance: float, level: float) -> float:
    """The stitched boundary at an intrinsic time of at least 1, for values whose range is 1."""
    weight = POWER * math.log(math.log(variance, ETA) + 1) + math.log(ZETA / level)
    return math.sqrt((K1 * K1 * variance + K2 * K2 * weight) * weight) + K2 * weight
