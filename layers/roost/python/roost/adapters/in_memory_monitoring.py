"""What became of predictions, in memory."""

import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from roost.domain.logged_prediction import LoggedPrediction
from roost.domain.observations import Counted, CountKey, HourCounts, StoredCounts
from roost.domain.observed_prediction import Observed, milliseconds
from roost.domain.outcomes import MOST_REPORTS, Outcome, OutcomeHistory, recorded
from roost.errors import ConcurrentUpdate
from roost.monitoring_names import Recorded


@dataclass
class InMemoryPredictionLog:
    """Predictions in a list, and records by identifier."""

    predictions: list[LoggedPrediction] = field(default_factory=list)
    kept: dict[str, Mapping[str, Any]] = field(default_factory=dict)

    def find(self, identifier: str) -> Mapping[str, Any] | None:
        """The record of a prediction, if it was put there."""
        return self.kept.get(identifier)

    def found(self, identifiers: Sequence[str]) -> dict[str, Mapping[str, Any]]:
        """Those of the records that were put there."""
        return {identifier: self.kept[identifier] for identifier in identifiers if identifier in self.kept}

    def records(self, since: datetime, until: datetime) -> Iterator[Mapping[str, Any]]:
        """The records of a stretch of time, in its order."""
        first, last = milliseconds(since), milliseconds(until)
        chosen = [one for one in map(Observed.of, self.kept.values()) if first <= one.at < last]
        yield from (one.record for one in sorted(chosen, key=lambda one: one.at))

    def sample(self, since: datetime, until: datetime, count: int) -> list[LoggedPrediction]:
        """The first predictions of the time."""
        first, last = (moment.timestamp() * 1e6 for moment in (since, until))
        return [prediction for prediction in self.predictions if first <= prediction.scored < last][:count]


@dataclass
class InMemoryObservations:
    """Counts in a dict; one lock makes ``commit`` atomic."""

    items: dict[CountKey, StoredCounts] = field(default_factory=dict)
    batches: list[Counted] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def stored(self, keys: Sequence[CountKey]) -> dict[CountKey, StoredCounts]:
        """What is stored of these keys."""
        return {key: self.items[key] for key in keys if key in self.items}

    def seen(self, stream: str, first: int, last: int) -> frozenset[bytes]:
        """Fingerprints of the stream's predictions whose batch touches the time."""
        near = [one for one in self.batches if one.stream == stream and one.last >= first and one.first <= last]
        return frozenset(prediction.fingerprint for one in near for prediction in one.predictions)

    def commit(self, counted: Counted) -> None:
        """Store counts and predictions if no revision has moved, else raise ``ConcurrentUpdate``."""
        with self.lock:
            for key, made_from in counted.counts:
                if (self.items[key].revision if key in self.items else 0) != made_from.revision:
                    raise ConcurrentUpdate(f"counts of {key} were changed by somebody else; read them again and retry")
            self.items |= {key: StoredCounts(stored.body, stored.revision + 1) for key, stored in counted.counts}
            self.batches.append(counted)

    def counts(self, model: str, since: str, until: str) -> list[HourCounts]:
        """Counts by hour and version, in the order of hours."""
        chosen = sorted(key for key in self.items if key.model == model and since <= key.hour < until)
        return [HourCounts(key.hour, key.version, self.items[key].body) for key in chosen]


@dataclass
class InMemoryOutcomes:
    """Reports in a dict of sets."""

    reports: dict[str, set[str]] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def record(self, outcomes: Sequence[Outcome]) -> list[Recorded]:
        """Add each report to its prediction's."""
        return [self._record(outcome) for outcome in outcomes]

    def _record(self, outcome: Outcome) -> Recorded:
        with self.lock:
            known = self.reports.setdefault(outcome.prediction_id, set())
            if len(known) >= MOST_REPORTS and outcome.report not in known:
                return Recorded.REFUSED
            became = recorded(outcome.report, known)
            known.add(outcome.report)
        return became

    def of(self, identifiers: Sequence[str]) -> dict[str, OutcomeHistory]:
        """What is known of these predictions."""
        return {
            identifier: OutcomeHistory(frozenset(self.reports[identifier]))
            for identifier in identifiers
            if identifier in self.reports
        }
