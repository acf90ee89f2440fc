"""The one log line of a prediction: at once its record and its metrics.

Embedded metric format, CloudWatch User Guide, "Specification: Embedded metric format": members outside ``_aws`` that
no directive names are kept in the log and cost no metric. Ids never become dimensions.
"""

from typing import Any

from roost.names import METRIC_NAMESPACE, Dimension, Metric

UNITS = {
    Metric.REQUESTS: "Count",
    Metric.ERRORS: "Count",
    Metric.REJECTED: "Count",
    Metric.LATENCY: "Milliseconds",
    Metric.SCORE_RANK: "None",
    Metric.DEFAULTED_FEATURES: "Count",
}
DIMENSIONS = [[Dimension.MODEL], [Dimension.MODEL, Dimension.FUNCTION_VERSION]]


def log_line(
    model: str, function_version: str, timestamp: int, metrics: dict[Metric, float], record: dict[str, Any]
) -> dict[str, Any]:
    """The log line as a JSON-ready dict: ``metrics`` by name, ``record`` under ``prediction``.

    ``timestamp`` is in milliseconds since 1970.
    """
    directive = {
        "Namespace": METRIC_NAMESPACE,
        "Dimensions": DIMENSIONS,
        "Metrics": [{"Name": name, "Unit": UNITS[name]} for name in metrics],
    }
    numbers = {name.value: value for name, value in metrics.items()}
    return {
        "_aws": {"Timestamp": timestamp, "CloudWatchMetrics": [directive]},
        Dimension.MODEL: model,
        Dimension.FUNCTION_VERSION: function_version,
        **numbers,
        "prediction": record,
    }
