"""Evidence about function versions, from CloudWatch.

Our own metrics count what the handler answered; ``AWS/Lambda`` errors of the alias by ``ExecutedVersion`` count what
never reached its log: timeouts, crashes, failed inits (AWS Lambda Developer Guide, "Types of metrics for Lambda
functions"). A failed request is in one of the two, never in both: the handler turns its own failures into answers.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import boto3

from roost.domain.release import Evidence
from roost.metric_names import METRIC_NAMESPACE, Dimension, Metric
from roost.names import LIVE_ALIAS, scoring_function

PERIOD = 60  # seconds; the finest that both standard-resolution metrics and GetMetricData share


class CloudWatchEvidence:
    """Reads the metrics of a stage's scoring functions."""

    def __init__(self, stage: str) -> None:
        self._stage = stage
        self._cloudwatch = boto3.client("cloudwatch")

    def between(self, model: str, function_version: str, start: datetime, end: datetime) -> Evidence:
        """Evidence of one function version; whole minutes that overlap the time asked for are counted."""
        found = self._read(self._queries(model, function_version), start, end)
        crashed = sum(found["crashed"])
        return Evidence(
            requests=round(sum(found["requests"]) + crashed),
            errors=round(sum(found["errors"]) + crashed),
            slow=round(sum(found["slow"])),
            scored=round(sum(found["rank_count"])),
            rank_total=sum(found["rank_sum"]),
        )

    def _queries(self, model: str, function_version: str) -> list[dict[str, Any]]:
        ours = {Dimension.MODEL.value: model, Dimension.FUNCTION_VERSION.value: function_version}
        function = scoring_function(self._stage, model)
        lambdas = {
            "FunctionName": function,
            "Resource": f"{function}:{LIVE_ALIAS}",
            "ExecutedVersion": function_version,
        }
        return [
            _query("requests", METRIC_NAMESPACE, Metric.REQUESTS, ours, "Sum"),
            _query("errors", METRIC_NAMESPACE, Metric.ERRORS, ours, "Sum"),
            _query("slow", METRIC_NAMESPACE, Metric.SLOW, ours, "Sum"),
            _query("rank_sum", METRIC_NAMESPACE, Metric.SCORE_RANK, ours, "Sum"),
            _query("rank_count", METRIC_NAMESPACE, Metric.SCORE_RANK, ours, "SampleCount"),
            _query("crashed", "AWS/Lambda", "Errors", lambdas, "Sum"),
        ]

    def _read(self, queries: list[Any], start: datetime, end: datetime) -> dict[str, list[float]]:
        pages = self._cloudwatch.get_paginator("get_metric_data").paginate(
            MetricDataQueries=queries, StartTime=start, EndTime=end + timedelta(seconds=1)
        )
        found: dict[str, list[float]] = {query["Id"]: [] for query in queries}
        for page in pages:
            for result in page["MetricDataResults"]:
                found[result["Id"]] += result["Values"]
        return found


def _query(identifier: str, namespace: str, metric: str, dimensions: Mapping[str, str], stat: str) -> dict[str, Any]:
    named = [{"Name": name, "Value": value} for name, value in dimensions.items()]
    return {
        "Id": identifier,
        "MetricStat": {
            "Metric": {"Namespace": namespace, "MetricName": str(metric), "Dimensions": named},
            "Period": PERIOD,
            "Stat": stat,
        },
    }
