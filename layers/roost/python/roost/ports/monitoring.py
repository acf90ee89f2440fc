"""What became of predictions: their log, their counts, and what turned out in the end."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from roost.domain.logged_prediction import LoggedPrediction
from roost.domain.observations import Counted, CountKey, HourCounts, StoredCounts
from roost.domain.outcomes import Outcome, OutcomeHistory
from roost.monitoring_names import Recorded

Record = Mapping[str, Any]


class PredictionLog(Protocol):
    """The answered predictions of one model, each once. A record is what was logged of one, with its ``time``."""

    def find(self, identifier: str) -> Record | None:
        """The record of a prediction; None if the log has none of this identifier."""
        ...

    def found(self, identifiers: Sequence[str]) -> Mapping[str, Record]:
        """The records of several predictions, by identifier; those that the log has not are left out."""
        ...

    def records(self, since: datetime, until: datetime) -> Iterator[Record]:
        """The records of predictions made in a stretch of time (UTC), one minute after the other."""
        ...

    def sample(self, since: datetime, until: datetime, count: int) -> Sequence[LoggedPrediction]:
        """About ``count`` answered predictions of a stretch of time (UTC), spread over it; all if there are fewer."""
        ...


class ObservationStore(Protocol):
    """Counts of predictions by model, version, hour and shard, and which predictions are in them."""

    def stored(self, keys: Sequence[CountKey]) -> Mapping[CountKey, StoredCounts]:
        """What is stored of these keys, with all writes that were acknowledged before."""
        ...

    def seen(self, stream: str, first: int, last: int) -> frozenset[bytes]:
        """Fingerprints of predictions of a log stream that were counted, at least those between two moments.

        Moments are milliseconds since 1970, both included.
        """
        ...

    def commit(self, counted: Counted) -> None:
        """Store counts, and that these predictions are in them: all of it or nothing.

        Raises:
            ConcurrentUpdate: a revision is no longer the stored one.
        """
        ...

    def counts(self, model: str, since: str, until: str) -> Sequence[HourCounts]:
        """Counts of a model by hour and version, from an hour (``2026-03-01T12``) up to before another."""
        ...


class OutcomeStore(Protocol):
    """What turned out of the predictions of one model."""

    def record(self, outcomes: Sequence[Outcome]) -> Sequence[Recorded]:
        """Store outcomes, and tell of each what became of it, in their order. Doing it again changes nothing."""
        ...

    def of(self, identifiers: Sequence[str]) -> Mapping[str, OutcomeHistory]:
        """What is known of these predictions; those without an outcome are left out."""
        ...
