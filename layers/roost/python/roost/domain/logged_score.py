"""A score as the log has it: what an experiment counts and a shadow repeats."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from roost.domain.observed_prediction import Observed


@dataclass(frozen=True)
class LoggedScore:
    """One answered prediction. ``at`` is when it was made, in milliseconds since 1970; ``latency`` in milliseconds.

    ``experiment`` is the answer's member of that name, empty outside of experiments.
    """

    identifier: str
    model_version: int
    at: int
    latency: float
    score: float
    decision: str
    request: Mapping[str, Any]
    inputs: Mapping[str, float | None]
    experiment: Mapping[str, Any]


def logged_score(record: Mapping[str, Any]) -> LoggedScore:
    """The score in a record of the prediction log.

    Raises:
        KeyError: the record is that of no answered prediction.
    """
    return LoggedScore(
        identifier=record["prediction_id"],
        model_version=int(record["model_version"]),
        at=Observed.of(record).at,
        latency=float(record.get("milliseconds") or 0.0),
        score=float(record["score"]),
        decision=str(record.get("decision", "")),
        request=record["request"],
        inputs=record["inputs"],
        experiment=record.get("experiment") or {},
    )
