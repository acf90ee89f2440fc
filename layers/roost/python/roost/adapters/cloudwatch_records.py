"""The records of a scoring function's predictions in the order of time, over the CloudWatch Logs API.

FilterLogEvents gives the events of all streams by their time; AWS takes ``interleaved`` for true whatever is asked
("FilterLogEvents", Amazon CloudWatch Logs API Reference), emulators may not.
CloudWatch keeps them as long as the log group's retention says, and filters at ten to a few tens of requests a second
and account: this is for experiments and shadows of modest traffic.
"""

import json
from datetime import datetime
from typing import TYPE_CHECKING, Any

import boto3

from roost.adapters.aws_failures import transient_failures
from roost.adapters.cloudwatch_predictions import ANSWERED

if TYPE_CHECKING:
    from mypy_boto3_logs import CloudWatchLogsClient


class CloudWatchRecords:
    """The records of one scoring function."""

    def __init__(self, function: str, client: "CloudWatchLogsClient | None" = None) -> None:
        self._group = f"/aws/lambda/{function}"
        self._logs = client or boto3.client("logs")

    def page(self, since: datetime, until: datetime, limit: int) -> list[dict[str, Any]]:
        """The first lines of answered predictions of a stretch of time; the log's clock may be a moment later."""
        first, last = (int(moment.timestamp() * 1000) for moment in (since, until))
        if first >= last:
            return []
        pages = self._logs.get_paginator("filter_log_events").paginate(
            logGroupName=self._group, filterPattern=ANSWERED, startTime=first, endTime=last - 1, interleaved=True,
            PaginationConfig={"MaxItems": limit, "PageSize": limit},
        )  # fmt: skip
        with transient_failures("CloudWatch Logs"):
            return [json.loads(event["message"]) for page in pages for event in page["events"]]
