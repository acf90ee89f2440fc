"""The one log line of a step that measures: its metrics (embedded metric format, as ``prediction_record``)."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from roost.metric_names import METRIC_NAMESPACE, AuditMetric, Dimension, OutcomeMetric, StreamMetric

STREAM_UNITS: Mapping[StrEnum, str] = {
    StreamMetric.ROWS: "Count",
    StreamMetric.WRITTEN: "Count",
    StreamMetric.REJECTED: "Count",
    StreamMetric.LAG: "Milliseconds",
}
AUDIT_UNITS: Mapping[StrEnum, str] = {
    AuditMetric.AUDITED: "Count",
    AuditMetric.STALE: "Count",
    AuditMetric.SKEWED: "Count",
    AuditMetric.STALENESS: "Seconds",
}
OUTCOME_UNITS: Mapping[StrEnum, str] = dict.fromkeys(OutcomeMetric, "Count")


def stream_line(source: str, timestamp: int, values: tuple[float, ...]) -> dict[str, Any]:
    """The line of a batch of a source's stream.

    ``timestamp`` is in milliseconds since 1970, ``values`` are in the order of ``STREAM_UNITS``.
    """
    return _line(Dimension.SOURCE, source, timestamp, STREAM_UNITS, values)


def audit_line(model: str, timestamp: int, values: tuple[float, ...]) -> dict[str, Any]:
    """The line of a model's skew audit, likewise in the order of ``AUDIT_UNITS``."""
    return _line(Dimension.MODEL, model, timestamp, AUDIT_UNITS, values)


def outcome_line(model: str, timestamp: int, values: tuple[float, ...]) -> dict[str, Any]:
    """The line of a request with outcomes, likewise in the order of ``OUTCOME_UNITS``."""
    return _line(Dimension.MODEL, model, timestamp, OUTCOME_UNITS, values)


def _line(
    dimension: Dimension, of: str, timestamp: int, units: Mapping[StrEnum, str], values: tuple[float, ...]
) -> dict[str, Any]:
    directive = {
        "Namespace": METRIC_NAMESPACE,
        "Dimensions": [[dimension.value]],
        "Metrics": [{"Name": name.value, "Unit": unit} for name, unit in units.items()],
    }
    metrics = dict(zip((name.value for name in units), values, strict=True))
    head = {"Timestamp": timestamp, "CloudWatchMetrics": [directive]}
    return {"_aws": head, dimension.value: of, **metrics}
