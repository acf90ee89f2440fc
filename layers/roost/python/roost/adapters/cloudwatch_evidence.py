"""Evidence about function versions, from CloudWatch.

Our own metrics count what the handler answered. ``AWS/Lambda`` counts by ``ExecutedVersion``, through the alias, what
never reached its log: errors (time-outs, crashes, failed inits) and throttles, which are no invocations. A failed
request is in one of them, never in two: the handler turns its own failures into answers. "Types of metrics for Lambda
functions", https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html

Nobody increments a shared counter. Each request is a line of its version's log, CloudWatch counts each line once, and
readers only read; so two observers, or one that runs twice, cannot corrupt a count.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

import boto3

from roost.domain.evidence import Evidence, Signal
from roost.domain.sequential import Tally
from roost.metric_names import METRIC_NAMESPACE, Dimension, Metric
from roost.names import LIVE_ALIAS, scoring_function

PERIOD = 60  # seconds; the finest that both standard-resolution metrics and GetMetricData share
SHARES = {Signal.SLOW: Metric.SLOW, Signal.INVALID: Metric.INVALID, Signal.OUTCOME: Metric.BAD_OUTCOME}
MEANS = {
    Signal.LATENCY: (Metric.LATENCY_LEVEL, Metric.LATENCY_LEVEL_SQUARED),
    Signal.RANK: (Metric.SCORE_RANK, Metric.SCORE_RANK_SQUARED),
}


class CloudWatchEvidence:
    """Reads the metrics of a stage's scoring functions."""

    def __init__(self, stage: str) -> None:
        self._stage = stage
        self._cloudwatch = boto3.client("cloudwatch")

    def between(self, model: str, function_version: str, start: datetime, end: datetime) -> Evidence:
        """Sums over one function version; whole minutes that overlap the time asked for are counted."""
        found = self._read(self._queries(model, function_version), start, end)
        unseen = found["crashed"] + found["throttled"]  # by the handler
        tallies = {Signal.ERRORS: _share(found["requests"] + unseen, found["errors"] + unseen)}
        for signal in SHARES:
            tallies[signal] = _share(found[f"{signal}_count"], found[signal])
        for signal in MEANS:
            tallies[signal] = Tally(round(found[f"{signal}_count"]), found[signal], found[f"{signal}_squared"])
        return Evidence({name: tally for name, tally in tallies.items() if tally.count or name is Signal.ERRORS})

    def _queries(self, model: str, function_version: str) -> list[dict[str, Any]]:
        ours = {Dimension.MODEL.value: model, Dimension.FUNCTION_VERSION.value: function_version}
        function = scoring_function(self._stage, model)
        through_alias = {
            "FunctionName": function,
            "Resource": f"{function}:{LIVE_ALIAS}",
            "ExecutedVersion": function_version,
        }
        return [
            *(_query(name, METRIC_NAMESPACE, metric, ours, stat) for name, metric, stat in _asked()),
            _query("crashed", "AWS/Lambda", "Errors", through_alias, "Sum"),
            _query("throttled", "AWS/Lambda", "Throttles", through_alias, "Sum"),
        ]

    def _read(self, queries: list[Any], start: datetime, end: datetime) -> dict[str, float]:
        pages = self._cloudwatch.get_paginator("get_metric_data").paginate(
            MetricDataQueries=queries, StartTime=start, EndTime=end + timedelta(seconds=1)
        )
        found: dict[str, float] = dict.fromkeys((query["Id"] for query in queries), 0.0)
        for page in pages:
            for result in page["MetricDataResults"]:
                found[result["Id"]] += sum(result["Values"])
        return found


def _asked() -> Iterable[tuple[str, Metric, str]]:
    yield from (("requests", Metric.REQUESTS, "Sum"), (Signal.ERRORS.value, Metric.ERRORS, "Sum"))
    sums = SHARES | {signal: metric for signal, (metric, _) in MEANS.items()}
    for signal, metric in sums.items():
        yield from ((signal.value, metric, "Sum"), (f"{signal}_count", metric, "SampleCount"))
    yield from ((f"{signal}_squared", squared, "Sum") for signal, (_, squared) in MEANS.items())


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


def _share(count: float, bad: float) -> Tally:
    return Tally(round(count), round(bad), round(bad))
