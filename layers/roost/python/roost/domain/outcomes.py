"""What turned out of a prediction: reports of it in any order, late, twice, corrected or contradicting each other.

The reports of a prediction are a set, and what is known follows from the set alone. So reports may come in any order
and any number of times, from several senders at once, and what is known is the same.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from roost.domain.observed_prediction import written
from roost.monitoring_names import Recorded

Label = float | str

MOST_REPORTS = 50


class Outcome(NamedTuple):
    """A report: ``label`` is a number, or a class of a multiclass model; ``observed_at`` when it was known (UTC)."""

    prediction_id: str
    label: Label
    observed_at: datetime

    @property
    def report(self) -> str:
        """The report as a text that sorts by its time."""
        return f"{written(self.observed_at)} {json.dumps(self.label)}"


@dataclass(frozen=True)
class OutcomeHistory:
    """All that was reported of one prediction."""

    reports: frozenset[str]

    @property
    def label(self) -> Label:
        """What counts: the report with the newest time; of several at one time the greatest, whichever came first."""
        found: Label = json.loads(max(self.reports).partition(" ")[2])
        return found

    @property
    def observed_at(self) -> str:
        """The time (ISO 8601) of the report that counts."""
        return max(self.reports).partition(" ")[0]

    @property
    def contradictions(self) -> int:
        """Reports that say otherwise than another one of the same time."""
        return len(self.reports) - len({_time(report) for report in self.reports})


def recorded(report: str, before: Iterable[str]) -> Recorded:
    """What a report is beside those that were known before it."""
    known = set(before)
    if report in known:
        return Recorded.REPEATED
    if _time(report) in {_time(one) for one in known}:
        return Recorded.CONTRADICTED
    if not known:
        return Recorded.NEW
    return Recorded.CORRECTED if report > max(known) else Recorded.LATE


def _time(report: str) -> str:
    return report.partition(" ")[0]
