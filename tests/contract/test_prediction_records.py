"""The port of prediction records: in memory and over the Amazon CloudWatch Logs API (moto, embedded AWS)."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest

from roost.adapters.cloudwatch_records import CloudWatchRecords
from roost.adapters.in_memory_experiments import InMemoryPredictionRecords
from roost.ports.predictions import PredictionRecords
from tests.contract.conftest import KINDS, reach, unique

NOW = datetime.now(UTC).replace(microsecond=0)  # CloudWatch takes no events older than a fortnight


def line(seconds: int) -> dict[str, Any]:
    at = int((NOW + timedelta(seconds=seconds)).timestamp() * 1000)
    return {"_aws": {"Timestamp": at}, "prediction": {"prediction_id": f"p{seconds}"}}


def over_cloudwatch(lines: list[dict[str, Any]]) -> CloudWatchRecords:
    function = unique("scoring")
    logs, group = boto3.client("logs"), f"/aws/lambda/{function}"
    logs.create_log_group(logGroupName=group)
    for stream, chosen in (("one", lines[::2]), ("two", lines[1::2])):
        logs.create_log_stream(logGroupName=group, logStreamName=stream)
        events = [{"timestamp": each["_aws"]["Timestamp"], "message": json.dumps(each)} for each in chosen]
        logs.put_log_events(logGroupName=group, logStreamName=stream, logEvents=events)
    return CloudWatchRecords(function)


@pytest.fixture(params=KINDS)
def records(request: pytest.FixtureRequest) -> PredictionRecords:
    lines = [line(-60 + 10 * place) for place in range(6)]
    if request.param == "in_memory":
        return InMemoryPredictionRecords(lines)
    reach(request)
    return over_cloudwatch(lines)


def named(lines: Any) -> list[str]:
    return [each["prediction"]["prediction_id"] for each in lines]


def test_lines_of_all_streams_come_in_the_order_of_time(records: PredictionRecords) -> None:
    found = named(records.page(NOW - timedelta(hours=1), NOW, 100))
    assert found == ["p-60", "p-50", "p-40", "p-30", "p-20", "p-10"]


def test_the_end_is_left_out_and_the_beginning_is_not(records: PredictionRecords) -> None:
    since, until = NOW - timedelta(seconds=50), NOW - timedelta(seconds=20)
    assert named(records.page(since, until, 100)) == ["p-50", "p-40", "p-30"]


def test_a_page_holds_the_first_lines(records: PredictionRecords) -> None:
    assert named(records.page(NOW - timedelta(hours=1), NOW, 2)) == ["p-60", "p-50"]


def test_no_time_is_no_line(records: PredictionRecords) -> None:
    assert list(records.page(NOW, NOW, 10)) == []
