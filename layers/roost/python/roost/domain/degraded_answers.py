"""Answers that are given while the online store fails: marked in the answer, and counted by a metric of their own.

The metric is a second directive in the log line (embedded metric format, CloudWatch User Guide), so that lines of
ordinary answers carry nothing of it.
"""

from collections.abc import Mapping
from typing import Any

from roost.metric_names import METRIC_NAMESPACE, Dimension, Metric

PERMITTED = "degraded_answers"  # a member of the manifest
MARK = {"degraded": True}

_DIMENSIONS = [[Dimension.MODEL.value], [Dimension.MODEL.value, Dimension.FUNCTION_VERSION.value]]
_DIRECTIVE = {
    "Namespace": METRIC_NAMESPACE,
    "Dimensions": _DIMENSIONS,
    "Metrics": [{"Name": Metric.DEGRADED.value, "Unit": "Count"}],
}


def permitted(manifest: Mapping[str, Any]) -> bool:
    """Whether the model of a package answers without the online store; it must have said so."""
    return bool(manifest.get(PERMITTED, False))


def counted(line: dict[str, Any]) -> dict[str, Any]:
    """A log line as ``prediction_record.log_line`` makes it; that of a degraded answer with its metric."""
    if "degraded" not in line["prediction"]:
        return line
    head = line["_aws"]
    directives = [*head["CloudWatchMetrics"], _DIRECTIVE]
    return {**line, "_aws": {**head, "CloudWatchMetrics": directives}, Metric.DEGRADED.value: 1}
