"""What a function version did under real traffic, as sums that can be added and subtracted."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from roost.domain.sequential import Tally

LONGEST = 10_000.0  # milliseconds, a scoring function's time limit
DECADES = math.log10(LONGEST)


class Signal(StrEnum):
    """What is tallied per version: values in [0, 1], the bad end of a share being 1.

    ``OUTCOME`` is for whoever learns early how predictions turned out; where nobody says, nothing is judged by it.
    """

    ERRORS = "errors"
    SLOW = "slow"
    INVALID = "invalid"
    LATENCY = "latency"
    RANK = "rank"
    OUTCOME = "outcome"


@dataclass(frozen=True)
class Evidence:
    """Tallies by ``Signal`` of one function version in a stretch of time; one that was not measured is missing.

    ``ERRORS`` counts every request and its failures of every kind. ``RANK`` is the rank of a score within the version's
    own holdout scores: mean 0.5 while traffic is what it was evaluated on. ``LATENCY`` is ``latency_level``.
    """

    tallies: Mapping[str, Tally] = field(default_factory=dict)

    @property
    def requests(self) -> int:
        """How many requests it answered or failed to."""
        return self.tallies.get(Signal.ERRORS, Tally()).count


def latency_level(milliseconds: float) -> float:
    """Latency on a logarithmic scale from 0 (at most 1 ms) to 1 (10 s): bounded, and ratios become differences."""
    return math.log10(min(milliseconds, LONGEST)) / DECADES if milliseconds > 1 else 0.0


def milliseconds_at(level: float) -> float:
    """The latency at a level; of a mean level, the geometric mean."""
    return float(LONGEST**level)


def level_of_ratio(ratio: float) -> float:
    """The difference of levels that a ratio of latencies makes."""
    return math.log10(ratio) / DECADES
