"""Whether counts in bins differ from those of a reference by more than chance, and by how much.

Two numbers decide together. Pearson's chi-squared test of homogeneity says whether two samples can come from one
distribution; of large samples it says no for differences that matter to nobody. The population stability index
(Yurdakul, "Statistical Properties of Population Stability Index", 2018) says how large the difference is; of small
samples it is large by chance. Rows are taken as independent of each other.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

FEWEST = 5.0  # rows that a bin must hold or be expected to hold for the chi-squared approximation (Cochran, 1954)
NOTHING = 0.5  # what stands for an empty bin in a logarithm


@dataclass(frozen=True)
class Drift:
    """Size of a difference (population stability index), and the probability of one as large by chance."""

    index: float
    p_value: float


def drift(reference: Sequence[int], counts: Sequence[int]) -> Drift:
    """Compare counts in the same bins; no difference where either sample is empty or all fall into one bin."""
    bins = _merged(list(zip(reference, counts, strict=True)))
    known, new = _added(bins)
    if not known or not new or len(bins) < 2:
        return Drift(0.0, 1.0)
    statistic = sum(
        (count - total * (a + b) / (known + new)) ** 2 / (total * (a + b) / (known + new))
        for a, b in bins
        for count, total in ((a, known), (b, new))
    )
    return Drift(_index(bins), chi_squared_tail(statistic, len(bins) - 1))


def chi_squared_tail(statistic: float, degrees: int) -> float:
    """Probability that a chi-squared variable exceeds a value, after Wilson and Hilferty (PNAS, 1931)."""
    spread = 2 / (9 * degrees)
    return 1 - NormalDist().cdf(((max(statistic, 0.0) / degrees) ** (1 / 3) - (1 - spread)) / math.sqrt(spread))


def _merged(bins: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Bins that hold enough rows of the smaller sample, and the others as one, or within the smallest that does."""
    known, new = _added(bins)
    share, small = min(known, new) / max(known + new, 1), int(new < known)

    def enough(pair: tuple[int, int]) -> bool:
        return max(sum(pair) * share, pair[small]) >= FEWEST

    kept = sorted((pair for pair in bins if enough(pair)), key=sum)
    rare = [pair for pair in bins if not enough(pair)]
    rest = _added(rare)
    if enough(rest) or not kept:
        return [rest, *kept]
    return [(kept[0][0] + rest[0], kept[0][1] + rest[1]), *kept[1:]]


def _added(bins: Sequence[tuple[int, int]]) -> tuple[int, int]:
    return sum(a for a, _ in bins), sum(b for _, b in bins)


def _index(bins: Sequence[tuple[int, int]]) -> float:
    known = sum(max(a, NOTHING) for a, _ in bins)
    new = sum(max(b, NOTHING) for _, b in bins)
    pairs = [(max(a, NOTHING) / known, max(b, NOTHING) / new) for a, b in bins]
    return sum((b - a) * math.log(b / a) for a, b in pairs)
