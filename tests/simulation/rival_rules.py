"""What the verdict is compared with: an alarm on a threshold, a test looked at every minute, the best fixed test."""

import math
from statistics import NormalDist

import numpy as np

from roost.domain.rate_process import projection
from tests.simulation.vectorised_verdict import Blocks, Floats, first_crossing

NORMAL = NormalDist()
POWER = 0.8


def alarm(canary: Blocks, threshold: float, minutes: int = 3, of: int = 2) -> Floats:
    """Minute in which a CloudWatch alarm rings: over a threshold in ``of`` of the last minutes."""
    over = canary.total > threshold * np.maximum(canary.count, 1)
    recent = sum(np.pad(over, ((0, 0), (lag, 0)))[:, : over.shape[1]].astype(float) for lag in range(minutes))
    return first_crossing(np.asarray(recent), of)


def peeking(canary: Blocks, live: Blocks, margin: float, alpha: float, least: int = 50) -> Floats:
    """Minute in which a one-sided z-test of the pooled sums first rejects, once the canary had ``least`` requests."""
    ours, theirs = ([np.cumsum(sums, axis=1) for sums in (arm.count, arm.total)] for arm in (canary, live))
    with np.errstate(invalid="ignore", divide="ignore"):
        means = [total / count for count, total in (ours, theirs)]
        spread = sum(mean * (1 - mean) / arm[0] for mean, arm in zip(means, (ours, theirs), strict=True))
        scores = (means[0] - means[1] - margin) / np.sqrt(spread)
    scores = np.where((ours[0] >= least) & np.isfinite(scores), scores, -np.inf)
    return first_crossing(scores, NORMAL.inv_cdf(1 - alpha))


def oracle_rate(ours: float, theirs: float, margin: float, weight: float, alpha: float) -> float:
    """Canary requests that the best fixed-sample test of two rates needs for a power of 80 percent.

    Neyman and Pearson: it knows both rates, and rejects by the likelihood ratio to the nearest point of the null. Its
    critical value and its power are simulated, so that no approximation flatters it or us.
    """
    random = np.random.default_rng(5)
    low, high = 1, 2
    while _power(random, high, ours, theirs, margin, weight, alpha) < POWER:
        low, high = high, high * 2
    while high - low > max(1, high // 50):
        middle = (low + high) // 2
        enough = _power(random, middle, ours, theirs, margin, weight, alpha) >= POWER
        low, high = (low, middle) if enough else (middle, high)
    return float(high)


def _power(
    random: np.random.Generator, canary: int, ours: float, theirs: float, margin: float, weight: float, alpha: float
) -> float:
    live, draws = max(1, round(canary * (1 - weight) / weight)), 200_000
    null = projection(ours, theirs, canary, live, margin)

    def ratio(first: float, second: float) -> Floats:
        arms = (random.binomial(canary, first, draws), canary, ours, null + margin), (
            random.binomial(live, second, draws), live, theirs, null
        )  # fmt: skip
        return np.asarray(sum(
            bad * math.log(point / at) + (count - bad) * math.log((1 - point) / (1 - at))
            for bad, count, point, at in arms
        ))  # fmt: skip

    critical = np.quantile(ratio(null + margin, null), 1 - alpha, method="higher")
    return float((ratio(ours, theirs) >= critical).mean())


def oracle_mean(difference: float, margin: float, variances: tuple[float, float], weight: float, alpha: float) -> float:
    """Canary values that the best fixed-sample test of two means needs: a z-test that knows both variances."""
    each = variances[0] + variances[1] * weight / (1 - weight)
    return each * ((NORMAL.inv_cdf(1 - alpha) + NORMAL.inv_cdf(POWER)) / (difference - margin)) ** 2
