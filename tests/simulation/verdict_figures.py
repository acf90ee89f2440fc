"""The figures of docs/verdict.md: how often the verdict errs, and how soon it sees what is wrong."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from roost.domain.guardrail_bounds import GuardrailBounds
from roost.domain.guardrails import Rule, rules
from tests.simulation.release_worlds import (
    Traffic,
    clumped,
    drifting,
    incidents,
    ranks,
    rates,
    steady,
    stepped,
)
from tests.simulation.rival_rules import alarm, oracle_mean, oracle_rate, peeking
from tests.simulation.vectorised_verdict import (
    Blocks,
    Floats,
    first_crossing,
    log_e_rate,
    mean_paths,
)

ALPHA = 0.05  # large enough for rates of errors to be counted in a short simulation
BOUNDS = GuardrailBounds(max_error_share=0.02, max_latency_ratio=3.0, max_rank_shift=0.15)
GUARDRAILS = len(rules(BOUNDS))
SHARE = 0.01 / GUARDRAILS  # of the default alpha, for one guardrail
LOOKS = 20  # in which the oracle's sample comes: the grain of the ratios


@dataclass(frozen=True)
class ErrorRates:
    """Share of equal canaries that each rule calls bad in a release of two hours, looked at every minute."""

    world: str
    verdict: float
    peeking: float
    alarm: float


def error_rates(releases: int, margin: float = 0.0) -> Iterator[ErrorRates]:
    """One guardrail at ``ALPHA`` whose canary is worse than live by just the margin, in several worlds."""
    random, traffic = np.random.default_rng(11), stepped(40, 300)
    for world, rate in (("1 % fail", 0.01), ("10 % fail", 0.1), ("a rate that rises tenfold", drifting(120))):
        yield _errors_of(world, rates(random, releases, traffic, rate + margin, rate), margin, float(np.mean(rate)))
    shared = incidents(random, releases, traffic, often=0.1, worst=0.5)
    yield _errors_of("shared incidents", shared, 0.0, 0.03)
    for clump in (2, 5):
        one = clumped(random, releases, traffic, 0.02, clump)
        yield _errors_of(f"failures in clumps of {clump}, each in one version", one, margin, 0.02)


def _errors_of(world: str, drawn: tuple[Blocks, Blocks], margin: float, rate: float) -> ErrorRates:
    found = (
        first_crossing(log_e_rate(*drawn, margin), math.log(1 / ALPHA)),
        peeking(*drawn, margin, ALPHA),
        alarm(drawn[0], rate + margin + 0.02),
    )
    return ErrorRates(world, *(float(np.isfinite(each).mean()) for each in found))


def whole_release_errors(releases: int) -> float:
    """Share of canaries worse by just the margin in every rate, and equal in scores, that a release rolls back."""
    random, traffic, needed = np.random.default_rng(12), stepped(20, 300), math.log(GUARDRAILS / ALPHA)
    crossed = np.zeros(releases, dtype=bool)
    for rule in rules(BOUNDS):
        crossed |= (_paths(random, releases, traffic, rule) >= needed).any(axis=1)
    return float(crossed.mean())


def _paths(random: np.random.Generator, releases: int, traffic: Traffic, rule: Rule) -> Floats:
    if rule.rare:
        drawn = rates(random, releases, traffic, 0.01 + rule.margin, 0.01)
        return log_e_rate(*drawn, rule.margin)
    mean = mean_paths(*ranks(random, releases, traffic, 0.5 + rule.margin, 0.5))
    above = mean.log_e_above(rule.margin)
    return np.logaddexp(above, mean.log_e_below(-rule.margin)) - math.log(2) if rule.two_sided else above


def coverage_errors(releases: int) -> dict[float, float]:
    """Share of confidence sequences of a difference of means that ever miss the truth, by the confidence asked for."""
    random = np.random.default_rng(13)
    mean = mean_paths(*ranks(random, releases, stepped(40, 300), 0.55, 0.5))
    best = np.maximum(mean.log_e_above(0.05), mean.log_e_below(0.05)).max(axis=1)
    return {1 - alpha: float((best >= math.log(2 / alpha)).mean()) for alpha in (0.01, 0.05, 0.2)}


@dataclass(frozen=True)
class Delay:
    """Minutes until a regression is found: medians, and of the verdict the 80th percentile; the oracle's sample."""

    what: str
    weight: int
    oracle: float
    verdict: float
    verdict_80: float
    peeking: float
    alarm: float


def delays(releases: int, minute: float = 600.0) -> Iterator[Delay]:
    """Regressions of the error share from 1 percent, at the usual weights and 600 requests a minute."""
    random = np.random.default_rng(14)
    for bad in (0.05, 0.08, 0.2):
        for weight in (5, 25, 50):
            drawn = rates(random, releases, steady(weight, 150, minute), bad, 0.01)
            found = first_crossing(log_e_rate(*drawn, 0.02), math.log(1 / SHARE))
            yield Delay(
                f"1 % -> {bad:.0%} fail",
                weight,
                oracle_rate(bad, 0.01, 0.02, weight / 100, SHARE) / (minute * weight / 100),
                *(_percentile(found, level) for level in (50, 80)),
                _percentile(peeking(*drawn, 0.02, SHARE), 50),
                _percentile(alarm(drawn[0], 0.03), 50),
            )


@dataclass(frozen=True)
class Ratio:
    """Canary requests that the verdict needs over those of the oracle, at looks that are fine enough to tell."""

    what: str
    weight: int
    oracle: float
    median: float
    p80: float


def rate_ratios(releases: int) -> Iterator[Ratio]:
    """Regressions of the error share, each with traffic by which the oracle's sample comes in 20 looks."""
    random = np.random.default_rng(15)
    for bad in (0.05, 0.1, 0.2):
        for weight in (5, 25, 50):
            needed = oracle_rate(bad, 0.01, 0.02, weight / 100, SHARE)
            drawn = rates(random, releases, _fine(needed, weight), bad, 0.01)
            yield _ratio(f"1 % -> {bad:.0%} fail", weight, needed, log_e_rate(*drawn, 0.02))


def rank_ratios(releases: int) -> Iterator[Ratio]:
    """Shifts of the mean rank, with a margin of 0.15."""
    random = np.random.default_rng(16)
    for mean in (0.68, 0.7, 0.75, 0.85):
        for weight in (5, 25, 50):
            variances = tuple(1 / (2 / each - 1) - each**2 for each in (mean, 0.5))
            needed = oracle_mean(mean - 0.5, 0.15, (variances[0], variances[1]), weight / 100, SHARE)
            paths = mean_paths(*ranks(random, releases, _fine(needed, weight), mean, 0.5))
            both = np.logaddexp(paths.log_e_above(0.15), paths.log_e_below(-0.15)) - math.log(2)
            yield _ratio(f"mean rank 0.50 -> {mean:.2f}", weight, needed, both)


def _fine(needed: float, weight: int) -> Traffic:
    return steady(weight, 120, max(needed / LOOKS, 2.0) / (weight / 100))


def _ratio(what: str, weight: int, needed: float, log_e: Floats) -> Ratio:
    looks, grain = first_crossing(log_e, math.log(1 / SHARE)), max(needed / LOOKS, 2.0) / needed
    return Ratio(what, weight, needed, *(_percentile(looks, level) * grain for level in (50, 80)))


def _percentile(minutes: Floats, level: int) -> float:
    return float(np.percentile(minutes, level, method="higher"))
