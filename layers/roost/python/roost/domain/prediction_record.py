"""The one log line of a prediction: at once its record and its metrics.

Embedded metric format, CloudWatch User Guide, "Specification: Embedded metric format": members outside ``_aws`` that
no directive names are kept in the log and cost no metric. Ids never become dimensions.
"""

import functools
from typing import Any

from roost.metric_names import METRIC_NAMESPACE, Dimension, Metric

UNITS = {
    Metric.REQUESTS: "Count",
    Metric.ERRORS: "Count",
    Metric.REJECTED: "Count",
    Metric.LATENCY: "Milliseconds",
    Metric.SLOW: "Count",
    Metric.SCORE_RANK: "None",
    Metric.DEFAULTED_FEATURES: "Count",
}
NAMES = tuple(name.value for name in UNITS)
MODEL, FUNCTION_VERSION = Dimension.MODEL.value, Dimension.FUNCTION_VERSION.value


def log_line(
    model: str, function_version: str, timestamp: int, values: tuple[float, ...], record: dict[str, Any]
) -> dict[str, Any]:
    """The log line as a JSON-ready dict: metrics by name, ``record`` under ``prediction``.

    ``timestamp`` is in milliseconds since 1970. ``values`` belong to the metrics of ``UNITS`` in their order; a request
    without a score has none for the last two.
    """
    return {
        "_aws": {"Timestamp": timestamp, "CloudWatchMetrics": [_directive(len(values))]},
        MODEL: model,
        FUNCTION_VERSION: function_version,
        **dict(zip(NAMES, values, strict=False)),
        "prediction": record,
    }


@functools.cache
def _directive(metrics: int) -> dict[str, Any]:
    units = [{"Name": name.value, "Unit": unit} for name, unit in list(UNITS.items())[:metrics]]
    dimensions = [[MODEL], [MODEL, FUNCTION_VERSION]]
    return {"Namespace": METRIC_NAMESPACE, "Dimensions": dimensions, "Metrics": units}
