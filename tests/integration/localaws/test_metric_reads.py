"""What GetMetricData and GetMetricStatistics answer with."""

from __future__ import annotations

import time
import uuid
from typing import Any

import pytest

from localaws import Emulator
from tests.integration.localaws.clients import client
from tests.integration.localaws.gap import still_open

MODEL = [{"Name": "Model", "Value": "fraud"}]


def publish(emulator: Emulator, when: float, value: float, dimensions: Any, space: str) -> None:
    data = {"MetricName": "Requests", "Dimensions": dimensions, "Timestamp": when, "Value": value}
    client(emulator, "cloudwatch").put_metric_data(Namespace=space, MetricData=[data])


def by_metric_data(emulator: Emulator, space: str, dimensions: Any, start: float, end: float) -> float:
    metric = {"Namespace": space, "MetricName": "Requests", "Dimensions": dimensions}
    query = {"Id": "m", "MetricStat": {"Metric": metric, "Period": 60, "Stat": "Sum"}}
    read = client(emulator, "cloudwatch").get_metric_data
    answer = read(MetricDataQueries=[query], StartTime=start, EndTime=end)
    return float(sum(answer["MetricDataResults"][0]["Values"]))


def by_statistics(emulator: Emulator, space: str, dimensions: Any, start: float, end: float) -> float:
    what = {"Namespace": space, "MetricName": "Requests", "Dimensions": dimensions, "Period": 60, "Statistics": ["Sum"]}
    answer = client(emulator, "cloudwatch").get_metric_statistics(**what, StartTime=start, EndTime=end)
    return float(sum(point["Sum"] for point in answer["Datapoints"]))


READS = [by_metric_data, by_statistics]


def counted_of_the_first_minute(emulator: Emulator, read: Any) -> float:
    """Publish in two minutes; read from the middle of the first to the middle of the second."""
    space, minute = uuid.uuid4().hex[:8], time.time() // 60 * 60 - 600
    for when in (minute + 1, minute + 61, minute + 119, minute + 121):
        publish(emulator, when, 1, MODEL, space)
    return float(read(emulator, space, MODEL, minute + 30, minute + 90))


def without_dimensions(emulator: Emulator, read: Any) -> float:
    space, now = uuid.uuid4().hex[:8], time.time()
    publish(emulator, now, 1, [], space)
    publish(emulator, now, 10, MODEL, space)
    return float(read(emulator, space, [], now - 3600, now + 3600))


@pytest.mark.parametrize("read", READS, ids=lambda read: read.__name__)
def test_minutes_that_overlap_the_time_asked_for_count_whole(aws: Emulator, read: Any) -> None:
    assert counted_of_the_first_minute(aws, read) == 3


@pytest.mark.parametrize("read", READS, ids=lambda read: read.__name__)
def test_without_dimensions_is_a_metric_of_its_own(aws: Emulator, read: Any) -> None:
    assert without_dimensions(aws, read) == 1


def test_upstream_counts_minutes_in_part(upstream: Emulator) -> None:
    still_open("whole_minutes", counted_of_the_first_minute(upstream, by_metric_data) == 3)


def test_upstream_mixes_dimensions(upstream: Emulator) -> None:
    still_open("exact_dimensions", without_dimensions(upstream, by_metric_data) == 1)
