"""Evidence of versions as tests want it."""

from roost.domain.evidence import Evidence, Signal, latency_level
from roost.domain.sequential import Tally

RANK_VARIANCE = 1 / 12  # of a uniform rank


def share(count: int, bad: float) -> Tally:
    return Tally(count, bad, bad)


def around(count: int, mean: float, variance: float) -> Tally:
    return Tally(count, count * mean, count * (mean**2 + variance))


def evidence(
    requests: int, *, errors: int = 0, slow: int = 0, invalid: int = 0, milliseconds: float = 10.0, rank: float = 0.5
) -> Evidence:
    """A version's sums; ranks are as spread as uniform ones where their mean leaves room for it."""
    return Evidence({
        Signal.ERRORS: share(requests, errors),
        Signal.SLOW: share(requests, slow),
        Signal.INVALID: share(requests, invalid),
        Signal.LATENCY: around(requests, latency_level(milliseconds), 0.002),
        Signal.RANK: around(requests, rank, min(RANK_VARIANCE, rank * (1 - rank) / 3)),
    })  # fmt: skip
