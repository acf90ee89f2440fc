"""The values that an alarm looks at, a period at a time: one metric's statistic, or metric math over several."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from ministack.services import cloudwatch

from localaws.parity.metric_math import Value, evaluate

Points = list[dict[str, Any]]
Series = dict[int, float]  # by the start of the period, in seconds


def points_of(namespace: str, name: str, dimensions: list[dict[str, str]]) -> Points:
    """Return the stored points of one metric, under exactly these dimensions."""
    named = {dimension["Name"]: str(dimension["Value"]) for dimension in dimensions}
    return list(cloudwatch._metrics.get((namespace, name, cloudwatch._dims_key(named))) or ())


def metrics_of(alarm: dict[str, Any]) -> list[dict[str, Any]]:
    """Return what the alarm reads, as metric statistics; an alarm on one metric has one, named ``m``."""
    if alarm.get("Metrics"):
        return [query for query in alarm["Metrics"] if query.get("MetricStat")]
    metric = {key: alarm.get(key) for key in ("Namespace", "MetricName")}
    statistic = alarm.get("ExtendedStatistic") or alarm.get("Statistic") or "Average"
    detail = {"Metric": {**metric, "Dimensions": alarm.get("Dimensions") or []}, "Stat": statistic}
    return [{"Id": "m", "MetricStat": {**detail, "Period": alarm.get("Period", 60), "Unit": alarm.get("Unit")}}]


def period_of(alarm: dict[str, Any]) -> int:
    """Return the length of the alarm's periods in seconds: the longest of its metrics."""
    return max(int(query["MetricStat"].get("Period") or 60) for query in metrics_of(alarm))


def values_of(alarm: dict[str, Any], starts: list[int]) -> list[Value]:
    """Return the value of the alarm's metric or expression in each period, None where there is none."""
    period = period_of(alarm)
    series = {query["Id"]: _series(query["MetricStat"], period, starts) for query in metrics_of(alarm)}
    expressions = [query for query in alarm.get("Metrics") or () if query.get("Expression")]
    returned = next((query["Id"] for query in alarm.get("Metrics") or () if query.get("ReturnData", True)), "m")
    return [_value_at(start, series, expressions, returned) for start in starts]


def has_data_since(alarm: dict[str, Any], start: float) -> bool:
    """Say whether any of the alarm's metrics has a point at or after ``start``."""
    return any(point["Timestamp"] >= start for query in metrics_of(alarm) for point in _points(query["MetricStat"]))


def count_of_points(alarm: dict[str, Any]) -> int:
    """Return how many points the alarm's metrics hold, to notice new ones."""
    return sum(len(_points(query["MetricStat"])) for query in metrics_of(alarm))


def _points(stat: dict[str, Any]) -> Points:
    metric = stat["Metric"]
    return points_of(metric["Namespace"], metric["MetricName"], metric.get("Dimensions") or [])


def _series(stat: dict[str, Any], period: int, starts: list[int]) -> Series:
    grouped: dict[int, Points] = defaultdict(list)
    for point in _points(stat):
        start = int(point["Timestamp"] // period) * period
        if start in starts and stat.get("Unit") in (None, point["Unit"]):
            grouped[start].append(point)
    found = {
        start: cloudwatch._stat_value(cloudwatch._calc_stats(points), stat["Stat"], points)
        for start, points in grouped.items()
    }
    return {start: float(value) for start, value in found.items() if value is not None}


def _value_at(start: int, series: dict[str, Series], expressions: list[dict[str, Any]], returned: str) -> Value:
    values: dict[str, Value] = {name: known.get(start) for name, known in series.items()}
    waiting = list(expressions)
    while waiting:
        ready = [query for query in waiting if not _names_one_of(query["Expression"], waiting)]
        for query in ready or waiting:
            values[query["Id"]] = evaluate(query["Expression"], values)
        waiting = [query for query in waiting if query["Id"] not in values]
    return values[returned]


def _names_one_of(expression: str, queries: list[dict[str, Any]]) -> bool:
    words = set("".join(letter if letter.isalnum() or letter == "_" else " " for letter in expression).split())
    return any(query["Id"] in words for query in queries)
