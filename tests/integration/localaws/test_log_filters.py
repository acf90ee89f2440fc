"""FilterLogEvents gives matching lines, and what is delivered again is read by it."""

from __future__ import annotations

import json
import time
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

from localaws import Emulator
from roost.adapters.cloudwatch_predictions import CloudWatchPredictions
from tests.integration.localaws.clients import client
from tests.integration.localaws.gap import still_open

ANSWERED = '{ $.prediction.prediction_id = "*" }'


def line(number: int, at: float) -> dict[str, Any]:
    prediction = {
        "prediction_id": f"p{number}", "model_version": 3, "request": {"card": "a"}, "inputs": {"paid_at": at},
    }  # fmt: skip
    return {"_aws": {"Timestamp": int(at * 1000)}, "prediction": prediction}


def logged(emulator: Emulator, lines: list[tuple[float, str]]) -> str:
    """A function's log with lines of some times; returns the function's name."""
    function, logs = uuid.uuid4().hex[:8], client(emulator, "logs")
    group = f"/aws/lambda/{function}"
    logs.create_log_group(logGroupName=group)
    logs.create_log_stream(logGroupName=group, logStreamName="one")
    events = [{"timestamp": int(at * 1000), "message": text} for at, text in lines]
    logs.put_log_events(logGroupName=group, logStreamName="one", logEvents=events)
    return function


def test_a_json_pattern_lets_matching_lines_through(aws: Emulator) -> None:
    now = time.time()
    rejected = json.dumps({"prediction": {"error": "amount is missing", "status": 422}})
    function = logged(aws, [(now - 3, "START"), (now - 2, rejected), (now - 1, json.dumps(line(1, now - 1)))])
    found = client(aws, "logs").filter_log_events(logGroupName=f"/aws/lambda/{function}", filterPattern=ANSWERED)
    assert [json.loads(event["message"])["prediction"]["prediction_id"] for event in found["events"]] == ["p1"]


def test_upstream_lets_every_line_through(upstream: Emulator) -> None:
    function = logged(upstream, [(time.time(), "START")])
    found = client(upstream, "logs").filter_log_events(logGroupName=f"/aws/lambda/{function}", filterPattern=ANSWERED)
    still_open("log_filters", not found["events"])


def test_predictions_that_the_log_still_holds_are_told_by_stream(aws: Emulator) -> None:
    now = float(int(time.time()))
    lines = [(now - 60 * place, json.dumps(line(place, now - 60 * place))) for place in range(5, 0, -1)]
    log = CloudWatchPredictions(logged(aws, [(now - 400, "START"), *lines]), client(aws, "logs"))
    until = datetime.fromtimestamp(now, UTC)
    found = list(log.lines(until - timedelta(seconds=200), until))
    assert {stream for stream, _ in found} == {"one"}
    assert [json.loads(text)["prediction"]["prediction_id"] for _, lines in found for text in lines] == [
        "p3",
        "p2",
        "p1",
    ]
