"""Embedded metric format: a JSON line with ``_aws`` that a function prints becomes CloudWatch metrics.

AWS takes, from each directive in ``_aws.CloudWatchMetrics``, every metric once per dimension set; a metric's value is a
number or an array of numbers; a dimension's value and a metric's value are members of the line's root. The time is
``_aws.Timestamp``, in milliseconds. The emulator stores such a line as text only.

AWS: "Specification: Embedded metric format",
https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ministack.services import cloudwatch, lambda_svc

from localaws.parity.patching import Function, wrap


@dataclass(frozen=True)
class MetricPoint:
    """The values of one metric under one dimension set, at one time (in seconds)."""

    namespace: str
    name: str
    unit: str
    values: tuple[float, ...]
    dimensions: dict[str, str]
    timestamp: float


def close() -> None:
    """Read every line of every invocation's log on its way to CloudWatch Logs."""
    wrap(lambda_svc, "_emit_lambda_logs", _emit_logs)


def points_of_line(line: str) -> Iterator[MetricPoint]:
    """Yield the metrics embedded in one log line; none when it is not in the format."""
    root = _parse(line)
    header = root.get("_aws")
    if not isinstance(header, dict):
        return
    timestamp = float(header.get("Timestamp", 0)) / 1000
    for directive in header.get("CloudWatchMetrics") or ():
        for dimensions in _dimension_sets(directive, root):
            for metric in directive.get("Metrics") or ():
                values = _numbers(root.get(metric.get("Name")))
                if values:
                    unit = metric.get("Unit", "None")
                    yield MetricPoint(directive["Namespace"], metric["Name"], unit, values, dimensions, timestamp)


def _parse(line: str) -> dict[str, Any]:
    text = line.strip()
    if not (text.startswith("{") and '"_aws"' in text):
        return {}
    try:
        root = json.loads(text)
    except ValueError:
        return {}
    return root if isinstance(root, dict) else {}


def _dimension_sets(directive: dict[str, Any], root: dict[str, Any]) -> list[dict[str, str]]:
    named = directive.get("Dimensions") or [[]]
    return [{name: str(root[name]) for name in names} for names in named if all(name in root for name in names)]


def _numbers(value: Any) -> tuple[float, ...]:
    members = value if isinstance(value, list) else [value]
    numbers = [member for member in members if isinstance(member, int | float) and not isinstance(member, bool)]
    return tuple(float(number) for number in numbers) if len(numbers) == len(members) else ()


def _emit_logs(original: Function, func: dict[str, Any], request_id: str, log_text: str, *args: Any, **kw: Any) -> Any:
    for line in (log_text or "").splitlines():
        for point in points_of_line(line):
            _store(point)
    return original(func, request_id, log_text, *args, **kw)


def _store(point: MetricPoint) -> None:
    values = list(point.values)
    cloudwatch._store_datum(
        point.namespace, point.name, point.dimensions, point.timestamp, point.unit, None, values, None, None
    )
