"""A prediction as a scoring function's log has it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from roost.domain.entity_events import MICROS


@dataclass(frozen=True)
class LoggedPrediction:
    """A prediction as it was logged: ``scored`` is when, ``at`` the event time it asked about, in microseconds.

    ``request`` holds the fields of the request, ``inputs`` the numbers that the model's features were made of.
    """

    identifier: str
    model_version: int
    scored: int
    at: int
    request: Mapping[str, Any]
    inputs: Mapping[str, float | None]

    def entity(self, key: str) -> str:
        """The entity of a view whose key is this field."""
        return str(self.request[key])


def read_line(line: Mapping[str, Any], event_time: str) -> LoggedPrediction:
    """The prediction in a line that ``prediction_record.log_line`` made; ``event_time`` names the request's field.

    Raises:
        KeyError: the line holds no prediction that was answered.
    """
    return read_record(line["prediction"], int(line["_aws"]["Timestamp"]), event_time)


def read_record(record: Mapping[str, Any], logged: int, event_time: str) -> LoggedPrediction:
    """The prediction in a record; ``logged`` is in milliseconds since 1970.

    Raises:
        KeyError: it was never answered.
    """
    return LoggedPrediction(
        identifier=record["prediction_id"],
        model_version=int(record["model_version"]),
        scored=(logged + 1) * 1000 - 1,  # logged in milliseconds
        at=round(record["inputs"][event_time] * MICROS),
        request=record["request"],
        inputs=record["inputs"],
    )
