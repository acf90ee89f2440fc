"""The e-processes of ``roost.domain``, for many releases at once; ``test_verdict_error_rates`` compares the two.

Arrays have shape (releases, looks). A look adds one block of both arms.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from roost.domain.rate_process import GUESSES, KNOWN, ODDS, RAREST
from roost.domain.sequential import BETS, CENTRES, NEAREST, PRIOR

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Blocks:
    """Sums of one arm in each block; ``total`` and ``squares`` are of values in [0, 1]."""

    count: Floats
    total: Floats
    squares: Floats

    def before(self) -> "Blocks":
        """Sums of all blocks before each."""
        return Blocks(*(np.cumsum(sums, axis=1) - sums for sums in (self.count, self.total, self.squares)))

    def part(self, looks: slice) -> "Blocks":
        """Some of the looks."""
        return Blocks(self.count[:, looks], self.total[:, looks], self.squares[:, looks])


def failures(count: Floats, failed: Floats) -> Blocks:
    """Blocks of failures, 0 or 1."""
    return Blocks(count, failed, failed)


def log_e_rate(canary: Blocks, live: Blocks, margin: float) -> Floats:
    """Log e-value after each look against "the canary's rate is at most live's plus the margin"."""
    seen = live.before()
    known = (seen.total + 0.5) / (seen.count + 1)
    both = (canary.count > 0) & (live.count > 0)
    early = slice(0, int((seen.count < KNOWN).any(axis=0).sum()))
    unknown, parts = (seen.count < KNOWN)[:, early], (canary.part(early), live.part(early))
    fine = seen.count[:, early] - seen.total[:, early]
    likely = np.stack([rate ** seen.total[:, early] * (1 - rate) ** fine for rate in GUESSES])
    wealth = []
    for odds in ODDS:
        won = _block(odds, canary, live, margin, known)
        if unknown.size:
            guessed = [_block(odds, *parts, margin, np.full(unknown.shape, guess)) for guess in GUESSES]
            won[:, early] = np.where(unknown, _log_mean_exp(guessed, likely), won[:, early])
        wealth.append(np.cumsum(np.where(both, won, 0.0), axis=1))
    return _log_mean_exp(wealth)


def _block(odds: float, canary: Blocks, live: Blocks, margin: float, rate: Floats) -> Floats:
    theirs = np.maximum(rate, RAREST)
    edge = np.minimum(theirs + margin, 1 - RAREST)
    ours = edge * odds / (1 - edge + edge * odds)
    low, high = theirs.copy(), np.maximum(ours - margin, theirs)
    for _ in range(45):
        at = (low + high) / 2
        pull = canary.count * (at + margin - ours) / ((at + margin) * (1 - at - margin))
        above = pull + live.count * (at - theirs) / (at * (1 - at)) >= 0
        low, high = np.where(above, low, at), np.where(above, at, high)
    null = (low + high) / 2
    return _gain(canary, ours, null + margin) + _gain(live, theirs, null)


def _gain(arm: Blocks, alternative: Floats, null: Floats) -> Floats:
    fine = arm.count - arm.total
    gained: Floats = arm.total * np.log(alternative / null) + fine * np.log((1 - alternative) / (1 - null))
    return gained


@dataclass(frozen=True)
class MeanPaths:
    """The state of ``MeanProcess`` after each look."""

    lift: Floats
    weight: Floats
    above: list[Floats]
    below: list[Floats]

    def log_e_above(self, margin: float | Floats) -> Floats:
        """Against "the difference is at most the margin"."""
        return _log_e(self.lift - margin * self.weight, self.above)

    def log_e_below(self, margin: float | Floats) -> Floats:
        """Against "the difference is at least the margin"."""
        return _log_e(margin * self.weight - self.lift, self.below)


def _log_e(excess: Floats, paid: list[Floats]) -> Floats:
    logs = [bet * excess - lost for bet, lost in zip(BETS, paid, strict=True)]
    return _log_mean_exp(logs, np.array(PRIOR).reshape(-1, 1, 1))


def mean_paths(canary: Blocks, live: Blocks) -> MeanPaths:
    """``MeanProcess`` over all looks; every block has something of both arms."""
    if not (canary.count.min() > 0 and live.count.min() > 0):
        raise ValueError("a block without an arm")
    weight = canary.count * live.count / (canary.count + live.count)
    lift = weight * (canary.total / canary.count - live.total / live.count)
    shares = weight / canary.count, weight / live.count
    above, below = (
        [np.cumsum(_paid(bet * shares[0], canary, up) + _paid(bet * shares[1], live, not up), axis=1) for bet in BETS]
        for up in (True, False)
    )
    return MeanPaths(np.cumsum(lift, axis=1), np.cumsum(weight, axis=1), above, below)


def _paid(bet: Floats, arm: Blocks, up: bool) -> Floats:
    seen = arm.before()
    mean = seen.total / np.maximum(seen.count, 1)
    unknown = -_log_mean_exp([-_priced(bet, arm, np.full_like(bet, centre), up) for centre in CENTRES])
    return np.where(seen.count > 0, _priced(bet, arm, mean, up), unknown)


def _priced(bet: Floats, arm: Blocks, centre: Floats, up: bool) -> Floats:
    reach = np.maximum(centre if up else 1 - centre, NEAREST)
    priced: Floats = (-np.log1p(-bet * reach) - bet * reach) / reach**2 * _spread(arm, centre)
    return priced


def _spread(arm: Blocks, centre: Floats) -> Floats:
    spread: Floats = np.maximum(0.0, arm.squares - 2 * centre * arm.total + arm.count * centre**2)
    return spread


def _log_mean_exp(logs: Sequence[Floats], weights: Floats | None = None) -> Floats:
    stacked = np.stack(list(logs))
    shares = np.ones_like(stacked) if weights is None else np.broadcast_to(weights, stacked.shape)
    top = stacked.max(axis=0)
    mean: Floats = top + np.log((shares * np.exp(stacked - top)).sum(axis=0) / shares.sum(axis=0))
    return mean


def first_crossing(paths: Floats, bound: float) -> Floats:
    """The look, from 1, at which each path first reaches a bound; infinite if it never does."""
    crossed = paths >= bound
    return np.where(crossed.any(axis=1), crossed.argmax(axis=1) + 1.0, np.inf)
