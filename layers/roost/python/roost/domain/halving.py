"""Successive halving: many configurations on few rows, the best of them on more, the last ones on all.

Jamieson and Talwalkar, "Non-stochastic Best Arm Identification and Hyperparameter Optimization", AISTATS 2016; rungs
as in Li et al., "Hyperband: A Novel Bandit-Based Approach to Hyperparameter Optimization", JMLR 18 (2018), where rows
are one of the resources. Standard library only: the step between rungs has no NumPy.
"""

import math
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Result = Mapping[str, Any]


@dataclass(frozen=True)
class Rung:
    """How many trials start on a rung, and the share of the rows (0 to 1) that each is fitted on."""

    trials: int
    share: float


def ladder(trials: int, rungs: int, reduction: int) -> tuple[Rung, ...]:
    """The rungs of a search: each keeps 1/``reduction`` of the trials, at least one, and the last takes all rows."""
    return tuple(
        Rung(max(1, math.ceil(trials / reduction**step)), float(reduction) ** (step - rungs + 1))
        for step in range(rungs)
    )


def quantiles(draws: int, dimensions: int, seed: str) -> list[tuple[float, ...]]:
    """A Latin hypercube: ``draws`` points in [0, 1) per dimension, one in each of ``draws`` equal strata.

    McKay, Beckman and Conover, "A Comparison of Three Methods for Selecting Values of Input Variables in the Analysis
    of Output from a Computer Code", 1979. ``random.random`` gives the same numbers in every version of Python.
    """
    source = random.Random(seed)
    columns = [_stratified(draws, source) for _ in range(dimensions)]
    return [tuple(column[draw] for column in columns) for draw in range(draws)]


def _stratified(draws: int, source: random.Random) -> list[float]:
    order = sorted((source.random(), stratum) for stratum in range(draws))
    return [(stratum + source.random()) / draws for _, stratum in order]


def ranked(results: Sequence[Result], higher_is_better: bool) -> list[Result]:
    """The results that have a ``value``, best first; of equals the one with the lower ``trial``."""
    sign = -1.0 if higher_is_better else 1.0
    fitted = [result for result in results if "error" not in result]
    return sorted(fitted, key=lambda result: (sign * result["value"], result["trial"]))


def fates(rungs: Sequence[Sequence[Result]], going_on: Sequence[int], chosen: int | None) -> dict[int, str]:
    """What became of each trial so far, by its number; ``going_on`` are those on the way to the next rung."""
    found: dict[int, str] = {}
    for number, results in enumerate(rungs, start=1):
        for result in results:
            found[result["trial"]] = "failed" if "error" in result else f"stopped after rung {number}"
    found |= dict.fromkeys(going_on, "goes on")
    if chosen is not None:
        last = {result["trial"]: "reached the last rung" for result in rungs[-1] if "error" not in result}
        found |= {**last, chosen: "chosen"}
    return found
