"""Releases as they might go: what both versions show, minute by minute.

The unit of time is a look, of one block. Arrays have shape (releases, looks).
"""

from dataclasses import dataclass

import numpy as np

from tests.simulation.vectorised_verdict import Blocks, Floats, failures

STEPS = (5, 25, 50)


@dataclass(frozen=True)
class Traffic:
    """``minute`` requests a minute for ``looks`` minutes, of which the canary gets ``weights`` (percent, by look)."""

    minute: float
    weights: Floats

    @property
    def looks(self) -> int:
        """How many minutes."""
        return len(self.weights)

    def counts(self, random: np.random.Generator, releases: int) -> tuple[Floats, Floats]:
        """Requests of canary and live: Poisson, as AWS draws the version of each request by itself."""
        shape = (releases, self.looks)
        canary = random.poisson(self.minute * self.weights / 100, shape)
        return canary.astype(float), random.poisson(self.minute * (1 - self.weights / 100), shape).astype(float)


def steady(weight: int, looks: int, minute: float) -> Traffic:
    """One step for all the time."""
    return Traffic(minute, np.full(looks, float(weight)))


def stepped(looks: int, minute: float) -> Traffic:
    """The usual steps, each for the same time."""
    return Traffic(minute, np.repeat(np.array(STEPS, dtype=float), looks))


def rates(
    random: np.random.Generator, releases: int, traffic: Traffic, canary: Floats | float, live: Floats | float
) -> tuple[Blocks, Blocks]:
    """Blocks of independent failures at the rates of canary and live, which may change with the look."""
    counts = traffic.counts(random, releases)
    drawn = [
        random.binomial(count.astype(int), np.broadcast_to(rate, count.shape)).astype(float)
        for count, rate in zip(counts, (canary, live), strict=True)
    ]
    return failures(counts[0], drawn[0]), failures(counts[1], drawn[1])


def clumped(
    random: np.random.Generator, releases: int, traffic: Traffic, rate: float, clump: int
) -> tuple[Blocks, Blocks]:
    """Failures of one version that come in clumps of a fixed size, as retries of one client do, equally in both."""
    counts = traffic.counts(random, releases)
    drawn = [clump * random.binomial((count // clump).astype(int), rate).astype(float) for count in counts]
    return failures(counts[0], drawn[0]), failures(counts[1], drawn[1])


def incidents(
    random: np.random.Generator, releases: int, traffic: Traffic, often: float, worst: float
) -> tuple[Blocks, Blocks]:
    """A dependency that both versions need fails now and then for a minute: overdispersed, but shared."""
    shape = (releases, traffic.looks)
    rate = np.where(random.random(shape) < often, random.random(shape) * worst, 0.002)
    return rates(random, releases, traffic, rate, rate)


def drifting(looks: int) -> Floats:
    """A rate that rises tenfold and falls again while the canary's weight grows."""
    return np.asarray(0.02 + 0.18 * np.sin(np.linspace(0, np.pi, looks)) ** 2)


def ranks(
    random: np.random.Generator, releases: int, traffic: Traffic, canary: float, live: float
) -> tuple[Blocks, Blocks]:
    """Blocks of score ranks with these means: uniform ones, bent by a power to the mean asked for."""
    counts = [np.maximum(count, 1) for count in traffic.counts(random, releases)]
    return tuple(_bent(random, count, mean) for count, mean in zip(counts, (canary, live), strict=True))  # type: ignore[return-value]


def _bent(random: np.random.Generator, count: Floats, mean: float) -> Blocks:
    """Sums of u^p, by their own mean and variance: normal, as sums of many are, and kept to what is possible."""
    power = 1 / mean - 1
    square = 1 / (2 * power + 1)
    total = np.clip(random.normal(count * mean, np.sqrt(count * (square - mean**2))), 0, count)
    return Blocks(count, total, np.clip(total * square / mean, total**2 / count, total))
