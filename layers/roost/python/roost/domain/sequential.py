"""Anytime-valid comparison of two arms from block sums: bounded means, without a model of their distribution.

CloudWatch gives no single observations, so a block is two tallies: of one arm and of the other, in one stretch of time.
For observations in [0, 1] with mean at most m, any centre c fixed beforehand and any bet 0 <= l < 1,

    exp(l (x - m) - psi(l) (x - c)^2),  psi(l) = -log(1 - l) - l

has expectation at most 1 (Fan, Grama, Liu 2015; Howard, Ramdas, McAuliffe, Sekhon, "Time-uniform, nonparametric,
nonasymptotic confidence sequences", Annals of Statistics 2021; Waudby-Smith, Ramdas, "Estimating means of bounded
random variables by betting", JRSS B 2023); its product over a block needs the block's sums only. One arm bets upwards
and the other downwards, in inverse proportion to their counts: then the mean that both share in a block cancels, and
the product over blocks is a supermartingale **however that mean wanders from block to block**. Nothing is pooled, so
Simpson's paradox cannot arise when the shares of the traffic change between blocks. Bets are mixed, not chosen.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Self

BETS = tuple(0.95 * 2.0**-step for step in range(12))
CENTRES = (0.02, 0.1, 0.3, 0.5, 0.7, 0.9, 0.98)  # guesses of a mean before anything was seen
UNSEEN = 0.0


@dataclass(frozen=True)
class Tally:
    """Sums over values in [0, 1]: how many, their total, and the total of their squares."""

    count: int = 0
    total: float = 0.0
    squares: float = 0.0

    def __add__(self, other: Self) -> Self:
        return type(self)(self.count + other.count, self.total + other.total, self.squares + other.squares)

    def __sub__(self, other: Self) -> Self:
        return type(self)(self.count - other.count, self.total - other.total, self.squares - other.squares)

    @property
    def mean(self) -> float:
        """The mean; 0 of nothing."""
        return self.total / self.count if self.count else UNSEEN

    def spread(self, centre: float) -> float:
        """Sum of squared distances from a centre."""
        return max(0.0, self.squares - 2 * centre * self.total + self.count * centre**2)


@dataclass(frozen=True)
class MeanProcess:
    """What the blocks so far say about the difference of two means.

    ``lift`` is the weighted sum of the blocks' differences and ``weight`` that of their weights; ``penalties`` has one
    entry a bet. It holds nothing about a margin: every margin is tested, and every interval drawn, from the same state.
    """

    lift: float = 0.0
    weight: float = 0.0
    penalties: tuple[float, ...] = field(default=(0.0,) * len(BETS))

    def after(self, canary: Tally, live: Tally, seen: tuple[Tally, Tally]) -> "MeanProcess":
        """The state after a block in which both arms had requests; ``seen`` are their tallies before it."""
        weight = canary.count * live.count / (canary.count + live.count)
        shares = weight / canary.count, weight / live.count
        arms = list(zip(shares, (canary, live), map(centres, seen), strict=True))
        lost = [sum(_penalty(bet * share, tally, guesses) for share, tally, guesses in arms) for bet in BETS]
        return self._grown(weight * (canary.mean - live.mean), weight, lost)

    def after_alone(self, canary: Tally, reference: float, seen: Tally) -> "MeanProcess":
        """The state after a block of the canary alone, compared with a fixed number."""
        lost = [_penalty(bet, canary, centres(seen)) for bet in BETS]
        return self._grown(canary.total - canary.count * reference, canary.count, lost)

    def _grown(self, lift: float, weight: float, lost: Sequence[float]) -> "MeanProcess":
        penalties = tuple(old + new for old, new in zip(self.penalties, lost, strict=True))
        return MeanProcess(self.lift + lift, self.weight + weight, penalties)

    @property
    def difference(self) -> float:
        """The estimate: the weighted mean of the blocks' differences."""
        return self.lift / self.weight if self.weight else UNSEEN

    def log_e_above(self, margin: float) -> float:
        """Log e-value against "the difference is at most ``margin``"."""
        return self._log_e(self.lift - margin * self.weight)

    def log_e_below(self, margin: float) -> float:
        """Log e-value against "the difference is at least ``margin``"."""
        return self._log_e(margin * self.weight - self.lift)

    def _log_e(self, excess: float) -> float:
        return log_mean_exp([bet * excess - lost for bet, lost in zip(BETS, self.penalties, strict=True)])

    def interval(self, alpha: float) -> tuple[float, float]:
        """Confidence sequence of the difference: at all times together it holds the truth with 1 - ``alpha``."""
        needed = math.log(2 / alpha)
        if not self.weight:
            return (-1.0, 1.0)
        low = -bisected(lambda end: self.log_e_above(-end) - needed, -self.difference, 1.0)
        return (low, bisected(lambda end: self.log_e_below(end) - needed, self.difference, 1.0))


def difference_interval(a: Sequence[Tally], b: Sequence[Tally], alpha: float) -> tuple[float, float]:
    """Confidence sequence of mean(a) - mean(b) from the blocks of both, in the order of time.

    The ends hold at all times together with probability at least 1 - ``alpha``: look as often as you like. Blocks in
    which an arm has nothing are joined with the next. With means that change in time it is about the average of the
    blocks' differences, weighted by n_a n_b / (n_a + n_b).

    Raises:
        ValueError: the arms have different numbers of blocks, or ``alpha`` is not between 0 and 1.
    """
    if not 0 < alpha < 1:
        raise ValueError(f"alpha is {alpha}; give a number above 0 and below 1")
    process, seen, block = MeanProcess(), (Tally(), Tally()), (Tally(), Tally())
    for ours, theirs in zip(a, b, strict=True):
        block = (block[0] + ours, block[1] + theirs)
        if block[0].count and block[1].count:
            process = process.after(*block, seen)
            seen, block = (seen[0] + block[0], seen[1] + block[1]), (Tally(), Tally())
    return process.interval(alpha)


def centres(seen: Tally) -> tuple[float, ...]:
    """Where to measure an arm's squares from: at its mean so far; without any, at several places."""
    return (seen.mean,) if seen.count else CENTRES


def _penalty(bet: float, tally: Tally, guesses: Sequence[float]) -> float:
    price = -math.log1p(-bet) - bet
    return -log_mean_exp([-price * tally.spread(guess) for guess in guesses])


def log_mean_exp(logs: Sequence[float]) -> float:
    """Log of the mean of exp(x)."""
    top = max(logs)
    return top + math.log(sum(math.exp(one - top) for one in logs) / len(logs))


def bisected(function: Callable[[float], float], low: float, high: float) -> float:
    """Where an increasing function passes 0 between two ends; the upper end if it does not."""
    if function(high) < 0:
        return high
    for _ in range(50):
        middle = (low + high) / 2
        low, high = (low, middle) if function(middle) >= 0 else (middle, high)
    return high
