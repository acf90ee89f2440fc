"""Predictions as the log of a scoring function still holds them: what can be delivered again."""

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

import boto3

from roost.adapters.aws_failures import transient_failures
from roost.monitoring_names import ANSWERED

if TYPE_CHECKING:
    from mypy_boto3_logs import CloudWatchLogsClient


class CloudWatchPredictions:
    """The prediction lines of one scoring function, by FilterLogEvents."""

    def __init__(self, function: str, client: "CloudWatchLogsClient | None" = None) -> None:
        self.group = f"/aws/lambda/{function}"
        self._logs = client or boto3.client("logs")

    def lines(self, since: datetime, until: datetime) -> Iterator[tuple[str, list[str]]]:
        """Lines of a stretch of time (UTC), by log stream, a page after the other."""
        start, end = (int(moment.timestamp() * 1000) for moment in (since, until))
        pages = self._logs.get_paginator("filter_log_events").paginate(
            logGroupName=self.group, filterPattern=ANSWERED, startTime=start, endTime=end - 1
        )
        with transient_failures("CloudWatch Logs"):
            for page in pages:
                by_stream: dict[str, list[str]] = {}
                for event in page["events"]:
                    by_stream.setdefault(event["logStreamName"], []).append(event["message"])
                yield from by_stream.items()
