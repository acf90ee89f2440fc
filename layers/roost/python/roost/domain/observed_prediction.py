"""A prediction as the prediction log keeps it, and the batches of log lines that it comes in."""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple, Self

from roost.domain.prediction_ids import moment_of
from roost.metric_names import Metric

FINGERPRINT = 16  # bytes


class Observed(NamedTuple):
    """One prediction.

    ``at`` (milliseconds since 1970) says in which minute and hour it is kept: when its identifier was made, or of an
    identifier that holds no time when it was logged. ``record`` is what was logged of it, with ``time`` (ISO 8601) and
    how many ``milliseconds`` the answer took.
    """

    identifier: str
    at: int
    model: str
    version: int
    record: Mapping[str, Any]

    @property
    def fingerprint(self) -> bytes:
        """16 bytes that stand for the identifier."""
        return hashlib.sha256(self.identifier.encode()).digest()[:FINGERPRINT]

    @property
    def hour(self) -> str:
        """The hour (UTC) that it belongs to, ``2026-03-01T12``."""
        return hour_of(self.at)

    @classmethod
    def of(cls, record: Mapping[str, Any]) -> Self:
        """The prediction behind a record of the prediction log."""
        identifier = str(record["prediction_id"])
        return cls(identifier, _at(identifier, record["time"]), record["model"], int(record["model_version"]), record)


def observed(message: str) -> Observed:
    """The prediction in a line that ``prediction_record.log_line`` made.

    Raises:
        ValueError: the line is no JSON, or holds something else.
        KeyError: it holds no prediction that was answered; or ``TypeError``, if it is no object.
    """
    line = json.loads(message)
    record = line["prediction"]
    logged = datetime.fromtimestamp(int(line["_aws"]["Timestamp"]) / 1000, UTC)
    if not isinstance(record["score"], float | int) or not isinstance(record["inputs"], dict):
        raise ValueError("the line holds no score, or not what it was made of")
    took = line.get(Metric.LATENCY.value, line.get(Metric.COLD_START.value))
    return Observed.of({"time": written(logged), "milliseconds": took, **record})


def written(moment: datetime) -> str:
    """A time as records have it: UTC, to the millisecond."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def milliseconds(moment: datetime) -> int:
    """Milliseconds from 1970 to a moment."""
    return round(moment.timestamp() * 1000)


def hour_of(at: int) -> str:
    """The hour of a moment in milliseconds since 1970."""
    return datetime.fromtimestamp(at // 1000, UTC).strftime("%Y-%m-%dT%H")


def _at(identifier: str, logged: str) -> int:
    try:
        return milliseconds(moment_of(identifier))
    except ValueError:
        return milliseconds(datetime.fromisoformat(logged))


@dataclass(frozen=True)
class LogBatch:
    """Predictions of one log stream; ``unreadable`` lines are none. A log stream is that of one running function."""

    stream: str
    predictions: tuple[Observed, ...]
    unreadable: int = 0

    def portions(self, most: int) -> Iterator[tuple[Observed, ...]]:
        """The predictions, each once, in portions of at most so many of one model."""
        once = {one.identifier: one for one in self.predictions}
        for model in sorted({one.model for one in once.values()}):
            chosen = [one for one in once.values() if one.model == model]
            for start in range(0, len(chosen), most):
                yield tuple(chosen[start : start + most])


def read_batch(stream: str, messages: Sequence[str]) -> LogBatch:
    """The predictions in a stream's lines; a line that cannot be read is counted and left out."""
    found, unreadable = [], 0
    for message in messages:
        try:
            found.append(observed(message))
        except (KeyError, TypeError, ValueError):
            unreadable += 1
    return LogBatch(stream, tuple(found), unreadable)
