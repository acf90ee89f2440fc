"""A scoring function's log as a sample of its predictions, over the CloudWatch Logs API.

FilterLogEvents reads from the beginning of a stretch of time, so the time is cut into slices and each gives a few.
"""

import json
from datetime import datetime
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import boto3

from roost.adapters.aws_failures import transient_failures
from roost.domain.logged_prediction import LoggedPrediction, read_line

if TYPE_CHECKING:
    from mypy_boto3_logs import CloudWatchLogsClient

SLICES = 20
ANSWERED = '{ $.prediction.prediction_id = "*" }'  # AWS CDK API Reference, "FilterPattern": exists


class CloudWatchPredictions:
    """The predictions of one scoring function; ``event_time`` names the field of its requests."""

    def __init__(self, function: str, event_time: str, client: "CloudWatchLogsClient | None" = None) -> None:
        self._group, self._event_time = f"/aws/lambda/{function}", event_time
        self._logs = client or boto3.client("logs")

    def sample(self, since: datetime, until: datetime, count: int) -> list[LoggedPrediction]:
        """All predictions if there are no more, else the first ones of twenty slices of the time, and of all of it."""
        first, last = (int(moment.timestamp() * 1000) for moment in (since, until))
        lines = self._lines(first, last, count + 1)
        if len(lines) > count:
            edges = [first + (last - first) * place // SLICES for place in range(SLICES + 1)]
            each = -(-count // SLICES)
            spread = [line for start, end in pairwise(edges) for line in self._lines(start, end, each)]
            lines = list(dict.fromkeys([*spread, *lines]))
        return [read_line(json.loads(line), self._event_time) for line in lines[:count]]

    def _lines(self, start: int, end: int, count: int) -> list[str]:
        pages = self._logs.get_paginator("filter_log_events").paginate(
            logGroupName=self._group, filterPattern=ANSWERED, startTime=start, endTime=end - 1,
            PaginationConfig={"MaxItems": count, "PageSize": count},
        )  # fmt: skip
        with transient_failures("CloudWatch Logs"):
            return [_message(event) for page in pages for event in page["events"]]


def _message(event: Any) -> str:
    message: str = event["message"]
    return message
