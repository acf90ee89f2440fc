"""FilterLogEvents gives matching lines, and a sample of predictions reads them."""

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


def sampled(emulator: Emulator, count: int, hours: int = 2) -> list[str]:
    """A prediction every half minute of the last hour."""
    now = int(time.time())
    times = [now - 30 * place for place in range(120, 0, -1)]
    function = logged(emulator, [(at, json.dumps(line(place, at))) for place, at in enumerate(times)])
    log = CloudWatchPredictions(function, "paid_at", client(emulator, "logs"))
    until = datetime.fromtimestamp(now, UTC)
    return [found.identifier for found in log.sample(until - timedelta(hours=hours), until, count)]


def test_few_predictions_are_all_taken(aws: Emulator) -> None:
    assert sampled(aws, 120) == [f"p{place}" for place in range(120)]


def test_of_many_predictions_some_of_every_part_of_the_time_are_taken(aws: Emulator) -> None:
    found = [int(name[1:]) for name in sampled(aws, 40, hours=1)]
    assert len(found) == 40
    assert {place // 30 for place in found} == {0, 1, 2, 3}


def test_where_nearly_all_came_at_once_as_many_are_taken(aws: Emulator) -> None:
    found = sampled(aws, 100, hours=48)
    assert len(set(found)) == 100


def test_a_sampled_prediction_is_what_was_logged(aws: Emulator) -> None:
    at = float(int(time.time()) - 5)
    log = CloudWatchPredictions(logged(aws, [(at, json.dumps(line(7, at)))]), "paid_at", client(aws, "logs"))
    until = datetime.fromtimestamp(at + 5, UTC)
    (found,) = log.sample(until - timedelta(minutes=1), until, 10)
    assert (found.identifier, found.model_version, found.request) == ("p7", 3, {"card": "a"})
    assert (found.scored, found.at) == (int(at * 1000) * 1000 + 999, int(at) * 10**6)
