"""A score as the log has it: what an experiment counts and a shadow repeats."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from roost.metric_names import Metric


@dataclass(frozen=True)
class LoggedScore:
    """One answered prediction. ``at`` is when it was logged, in milliseconds since 1970; ``latency`` in milliseconds.

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


def logged_score(line: Mapping[str, Any]) -> LoggedScore:
    """The score in a line that ``prediction_record.log_line`` made.

    Raises:
        KeyError: the line holds no prediction that was answered.
    """
    record = line["prediction"]
    return LoggedScore(
        identifier=record["prediction_id"],
        model_version=int(record["model_version"]),
        at=int(line["_aws"]["Timestamp"]),
        latency=float(line[Metric.LATENCY.value]),
        score=float(record["score"]),
        decision=str(record.get("decision", "")),
        request=record["request"],
        inputs=record["inputs"],
        experiment=record.get("experiment") or {},
    )
