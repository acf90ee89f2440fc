"""How far the consumers of streams are behind, from the metric that they print with each batch."""

from datetime import datetime, timedelta

import boto3

from roost.adapters.aws_failures import transient_failures
from roost.metric_names import METRIC_NAMESPACE, Dimension, StreamMetric

LATELY = timedelta(hours=1)
PERIOD = 60  # seconds


class CloudWatchStreamLags:
    """Reads ``StreamLag``; its dimension is the source, so stages of one account share it."""

    def __init__(self) -> None:
        self._cloudwatch = boto3.client("cloudwatch")

    def newest(self, source: str, now: datetime) -> float | None:
        """The longest wait, in seconds, of the newest minute in which records came; None if none came in an hour."""
        with transient_failures("CloudWatch"):
            answer = self._cloudwatch.get_metric_statistics(
                Namespace=METRIC_NAMESPACE,
                MetricName=StreamMetric.LAG.value,
                Dimensions=[{"Name": Dimension.SOURCE.value, "Value": source}],
                StartTime=now - LATELY,
                EndTime=now + timedelta(seconds=1),
                Period=PERIOD,
                Statistics=["Maximum"],
            )
        points = sorted((point["Timestamp"], point["Maximum"]) for point in answer["Datapoints"])
        return points[-1][1] / 1000 if points else None
