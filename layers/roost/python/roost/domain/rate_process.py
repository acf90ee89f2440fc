"""Anytime-valid tests of two rates and a margin, from counts of blocks: is the canary worse, and is it not.

The e-value of a block is a likelihood ratio of two Bernoulli arms: an alternative (a, b), fixed before the block, over
the point of the null nearest to it in the block's own proportions (the information projection). For a convex null its
expectation is at most 1 whatever rates of the null hold in that block (Turner, Ly, Grünwald, "Generic E-variables for
exact sequential k-sample tests that allow for optional stopping", J. Stat. Planning and Inference 2024; with margins:
Turner, Grünwald, "Exact anytime-valid confidence intervals for contingency tables and beyond", Stat. & Prob. Letters
2023). So the product over blocks is a supermartingale while live's rate wanders as it likes. Live's rate is guessed
from the blocks before; alternatives of several sizes are mixed, each with an equal share.

It is an order of magnitude sharper for rare failures than an empirical Bernstein bound, which must prepare for a
failure's whole size.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, field

from roost.domain.sequential import Tally, log_mean_exp

ODDS = (1.15, 1.5, 2.0, 3.0, 6.0, 20.0, 100.0)  # of an alternative: over those at the margin, or their inverse
GUESSES = (0.001, 0.01, 0.05, 0.2, 0.5)  # of live's rate, until it is known
KNOWN = 50  # requests of live from which its rate is taken from its own counts
RAREST = 1e-4


@dataclass(frozen=True)
class RateProcess:
    """Log wealth of each alternative after the blocks so far.

    ``worse`` bets against "the canary's rate is at most live's plus the margin", ``fine`` against "it is at least that".
    """

    worse: tuple[float, ...] = field(default=(0.0,) * len(ODDS))
    fine: tuple[float, ...] = field(default=(0.0,) * len(ODDS))

    def after(self, canary: Tally, live: Tally, margin: float, live_before: Tally) -> "RateProcess":
        """The state after a block in which both arms had requests; ``live_before`` is live's tally before it."""
        rates = guesses(live_before)
        return self._grown(lambda odds: log_mean_exp([_block(odds, canary, live, margin, rate) for rate in rates]))

    def after_alone(self, canary: Tally, bound: float) -> "RateProcess":
        """The state after a block of the canary alone, compared with a fixed bound."""
        bound = max(bound, RAREST)
        return self._grown(lambda odds: _gain(canary, at_odds(bound, odds), bound)) if bound < 1 else self

    def _grown(self, won: Callable[[float], float]) -> "RateProcess":
        worse = [old + won(odds) for old, odds in zip(self.worse, ODDS, strict=True)]
        fine = [old + won(1 / odds) for old, odds in zip(self.fine, ODDS, strict=True)]
        return RateProcess(tuple(worse), tuple(fine))

    def log_e_worse(self) -> float:
        """Log e-value against "the canary's rate is at most live's plus the margin"."""
        return log_mean_exp(self.worse)

    def log_e_fine(self) -> float:
        """Log e-value against "the canary's rate is at least live's plus the margin"."""
        return log_mean_exp(self.fine)


def guesses(live: Tally) -> tuple[float, ...]:
    """Live's rate by what was seen of it, a little above nought; several until enough was."""
    return ((live.total + 0.5) / (live.count + 1),) if live.count >= KNOWN else GUESSES


def at_odds(rate: float, odds: float) -> float:
    """The rate whose odds are so many times a rate's."""
    return rate * odds / (1 - rate + rate * odds)


def _block(odds: float, canary: Tally, live: Tally, margin: float, live_rate: float) -> float:
    if live_rate + margin >= 1:
        return 0.0
    theirs = max(live_rate, RAREST)
    ours = at_odds(min(theirs + margin, 1 - RAREST), odds)
    null = projection(ours, theirs, canary.count, live.count, margin)
    return _gain(canary, ours, null + margin) + _gain(live, theirs, null)


def _gain(tally: Tally, alternative: float, null: float) -> float:
    failed, fine = tally.total, tally.count - tally.total
    return failed * math.log(alternative / null) + fine * math.log((1 - alternative) / (1 - null))


def projection(ours: float, theirs: float, canary: int, live: int, margin: float) -> float:
    """Live's rate b of the null (b + margin, b) nearest to the alternative (ours, theirs) by Kullback and Leibler.

    The divergence of the arms is weighted by their counts; its derivative in b rises between the two ends.
    """
    low, high = sorted((theirs, max(ours - margin, 0.0)))
    for _ in range(45):
        middle = (low + high) / 2
        pull = canary * (middle + margin - ours) / ((middle + margin) * (1 - middle - margin))
        low, high = (low, middle) if pull + live * (middle - theirs) / (middle * (1 - middle)) >= 0 else (middle, high)
    return (low + high) / 2
