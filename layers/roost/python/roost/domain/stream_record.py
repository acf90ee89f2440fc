"""The one log line of a batch of a stream: its metrics (embedded metric format, as ``prediction_record``)."""

from typing import Any

from roost.names import METRIC_NAMESPACE, Dimension, StreamMetric

UNITS = {
    StreamMetric.ROWS: "Count",
    StreamMetric.WRITTEN: "Count",
    StreamMetric.REJECTED: "Count",
    StreamMetric.LAG: "Milliseconds",
}


def stream_line(source: str, timestamp: int, values: tuple[float, ...]) -> dict[str, Any]:
    """The log line as a JSON-ready dict: ``timestamp`` in milliseconds since 1970, ``values`` as ``UNITS``."""
    directive = {
        "Namespace": METRIC_NAMESPACE,
        "Dimensions": [[Dimension.SOURCE.value]],
        "Metrics": [{"Name": name.value, "Unit": unit} for name, unit in UNITS.items()],
    }
    metrics = dict(zip((name.value for name in UNITS), values, strict=True))
    head = {"Timestamp": timestamp, "CloudWatchMetrics": [directive]}
    return {"_aws": head, Dimension.SOURCE.value: source, **metrics}
