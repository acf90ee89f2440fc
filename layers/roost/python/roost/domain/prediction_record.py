"""The one log line of a prediction: at once its record and its metrics.

Embedded metric format, CloudWatch User Guide, "Specification: Embedded metric format": members outside ``_aws`` that
no directive names are kept in the log and cost no metric. Ids never become dimensions. What only a canary's judge reads
has the function version's dimension alone: each set of dimensions is a metric that is paid for.
"""

import functools
from collections.abc import Mapping
from typing import Any

from roost.domain.degraded_answers import DEGRADED
from roost.domain.evidence import latency_level
from roost.metric_names import METRIC_NAMESPACE, Dimension, Metric

UNITS = {
    Metric.REQUESTS.value: "Count",
    Metric.ERRORS.value: "Count",
    Metric.REJECTED.value: "Count",
    Metric.LATENCY.value: "Milliseconds",
    Metric.COLD_START.value: "Milliseconds",
    Metric.SCORE_RANK.value: "None",
    Metric.DEFAULTED_FEATURES.value: "Count",
    Metric.DEGRADED.value: "Count",
}
FOR_THE_JUDGE = {
    Metric.SLOW.value: "Count",
    Metric.INVALID.value: "Count",
    Metric.LATENCY_LEVEL.value: "None",
    Metric.LATENCY_LEVEL_SQUARED.value: "None",
    Metric.SCORE_RANK_SQUARED.value: "None",
}
MODEL, FUNCTION_VERSION = Dimension.MODEL.value, Dimension.FUNCTION_VERSION.value
REQUESTS, ERRORS, REJECTED, LATENCY, COLD_START, SCORE_RANK, DEFAULTED_FEATURES, DEGRADED_ANSWERS = UNITS
SLOW, INVALID, LEVEL, LEVEL_SQUARED, RANK_SQUARED = FOR_THE_JUDGE
INVALID_SCORE = "invalid_score"  # a record's member: the model's score was no score


class RequestMeter:
    """Measures the requests of one execution environment; slow is what took longer than ``objective`` milliseconds.

    The first request of an environment, also of one restored from a snapshot, is a cold start: it opens connections,
    and its time is told apart from latency.
    """

    def __init__(self, objective: float = 250.0) -> None:
        self._objective, self._warm = objective, False

    def measure(self, status: int, milliseconds: float, record: Mapping[str, Any]) -> dict[str, float]:
        """Values by metric of one request, answered with a status and logged with a record."""
        took = round(milliseconds, 3)
        values = {REQUESTS: 1.0, ERRORS: float(status >= 500), REJECTED: float(400 <= status < 500)}
        if self._warm:
            values[LATENCY] = took
        else:
            values[COLD_START], self._warm = took, True
        if status == 200:
            values |= self._scored(record, LATENCY in values, took)
        elif record.get(INVALID_SCORE):
            values[INVALID] = 1.0
        return values

    def _scored(self, record: Mapping[str, Any], warm: bool, took: float) -> dict[str, float]:
        rank = record["rank"]
        values = {SCORE_RANK: rank, DEFAULTED_FEATURES: len(record["defaulted"]), INVALID: 0.0, RANK_SQUARED: rank**2}
        if DEGRADED in record:
            values[DEGRADED_ANSWERS] = 1.0
        if warm:
            level = latency_level(took)
            values |= {SLOW: float(took > self._objective), LEVEL: level, LEVEL_SQUARED: level**2}
        return values


def log_line(
    model: str, function_version: str, timestamp: int, values: Mapping[str, float], record: dict[str, Any]
) -> dict[str, Any]:
    """The log line as a JSON-ready dict: metrics by name, ``record`` under ``prediction``.

    ``timestamp`` is in milliseconds since 1970.
    """
    return {
        "_aws": {"Timestamp": timestamp, "CloudWatchMetrics": _directives(tuple(values))},
        MODEL: model,
        FUNCTION_VERSION: function_version,
        **values,
        "prediction": record,
    }


@functools.cache
def _directives(names: tuple[str, ...]) -> list[dict[str, Any]]:
    sets = ((UNITS, [[MODEL], [MODEL, FUNCTION_VERSION]]), (FOR_THE_JUDGE, [[MODEL, FUNCTION_VERSION]]))
    made = [([{"Name": name, "Unit": units[name]} for name in names if name in units], by) for units, by in sets]
    return [{"Namespace": METRIC_NAMESPACE, "Dimensions": by, "Metrics": metrics} for metrics, by in made if metrics]
