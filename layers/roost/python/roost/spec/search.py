"""Ranges of parameters to try, and how much to try.

A range answers for each quantile of its distribution, 0 up to but not including 1; the search draws the quantiles, with
the model's seed, so that a definition gives the same configurations wherever it is read.
"""

import math
from typing import Any, Self

from pydantic import Field, model_validator

from roost.spec.definition import Definition

SIGNIFICANT = 4  # digits of a drawn number: enough to tell trials apart, few enough to read
MOST_TRIALS = 128  # their results pass between states, which take 256 KiB ("Service quotas", AWS Step Functions)
MOST_PARALLEL = 40  # of an inline Map ("Using Map state in Inline mode", AWS Step Functions Developer Guide)


class Choice(Definition):
    """One of some values, each as likely as the others."""

    values: tuple[Any, ...] = Field(min_length=1)

    def at(self, quantile: float) -> Any:
        """The value at a quantile."""
        return self.values[int(quantile * len(self.values))]


class Uniform(Definition):
    """A number from ``low`` to ``high``."""

    low: float
    high: float

    @model_validator(mode="after")
    def _rises(self) -> Self:
        _check_rise(self.low, self.high)
        return self

    def at(self, quantile: float) -> float:
        """The number at a quantile, to four significant digits."""
        return _rounded(self.low + quantile * (self.high - self.low), self.low, self.high)


class LogUniform(Definition):
    """A positive number from ``low`` to ``high`` whose logarithm is uniform: each order of magnitude gets its share."""

    low: float = Field(gt=0)
    high: float

    @model_validator(mode="after")
    def _rises(self) -> Self:
        _check_rise(self.low, self.high)
        return self

    def at(self, quantile: float) -> float:
        """The number at a quantile, to four significant digits."""
        return _rounded(self.low * (self.high / self.low) ** quantile, self.low, self.high)


class IntegerRange(Definition):
    """A whole number from ``low`` to ``high``, both included; ``logarithmic`` as in ``LogUniform``."""

    low: int
    high: int
    logarithmic: bool = False

    @model_validator(mode="after")
    def _rises(self) -> Self:
        if self.logarithmic and self.low < 1:
            raise ValueError(f"low is {self.low}; a logarithmic range starts at 1 or more")
        _check_rise(self.low, self.high)
        return self

    def at(self, quantile: float) -> int:
        """The whole number at a quantile."""
        if self.logarithmic:
            found = math.floor(math.exp(math.log(self.low) + quantile * math.log((self.high + 1) / self.low)))
        else:
            found = self.low + math.floor(quantile * (self.high - self.low + 1))
        return min(found, self.high)


Space = Choice | Uniform | LogUniform | IntegerRange


class Search(Definition):
    """How much a search tries.

    ``trials`` configurations, those of all candidates together, start on the first of ``rungs``. The best
    1/``reduction`` of a rung go on to the next, where each is fitted on ``reduction`` times as many rows, on the last
    one on all. ``parallel`` trials run at a time.
    """

    trials: int = Field(default=18, ge=1, le=MOST_TRIALS)
    rungs: int = Field(default=3, ge=1, le=6)
    reduction: int = Field(default=3, ge=2, le=10)
    parallel: int = Field(default=10, ge=1, le=MOST_PARALLEL)


def _check_rise(low: float, high: float) -> None:
    if not low < high:
        raise ValueError(f"low is {low:g} and high {high:g}: low must be smaller")


def _rounded(value: float, low: float, high: float) -> float:
    return min(max(float(f"{value:.{SIGNIFICANT}g}"), low), high)
