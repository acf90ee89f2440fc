"""Shares that follow what was learnt: Thompson sampling in batches, within bounds.

An arm's share is the probability that it is the better one, by Beta posteriors of its rate (Thompson 1933; Russo et
al., "A Tutorial on Thompson Sampling", 2018), pressed into [floor, 1 - floor]. The floor keeps both arms measurable and
every propensity away from 0, so that what another policy would have earned can be estimated from the log by inverse
propensity (Horvitz and Thompson 1952; Li et al., "Unbiased Offline Evaluation", WSDM 2011).
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass

from roost.experiment_names import Better

DRAWS = 4000


@dataclass(frozen=True)
class Learnt:
    """What is known of an arm: values measured, and their sum, each in [0, 1]."""

    count: int
    total: float


def challenger_share(control: Learnt, challenger: Learnt, better: Better, floor: float, seed: int) -> float:
    """The challenger's share for the next batch, within floor and 1 - floor, in whole percent."""
    draw = random.Random(seed)
    wins = sum(_posterior(draw, challenger) > _posterior(draw, control) for _ in range(DRAWS)) / DRAWS
    share = wins if better is Better.HIGHER else 1 - wins
    return round(floor + (1 - 2 * floor) * share, 2)


def inverse_propensity_mean(values: Sequence[tuple[str, float, float]], shares: dict[str, float]) -> float:
    """What a policy with these shares would have earned on average; values are (arm, propensity, value) as logged."""
    return sum(shares[arm] / propensity * value for arm, propensity, value in values) / len(values)


def _posterior(draw: random.Random, learnt: Learnt) -> float:
    """A draw of the arm's rate; values between 0 and 1 count as that part of a success."""
    return draw.betavariate(1 + learnt.total, 1 + learnt.count - learnt.total)
