"""The stream lags port: in memory and over the Amazon CloudWatch API (moto)."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import boto3
import pytest
from moto import mock_aws

from roost.adapters.cloudwatch_stream_lags import CloudWatchStreamLags
from roost.adapters.in_memory import InMemoryStreamLags
from roost.metric_names import METRIC_NAMESPACE, Dimension, StreamMetric
from roost.ports import StreamLags

NOW = datetime.now(UTC).replace(microsecond=0)
Publish = Callable[[str, float, datetime], None]


def published(source: str, seconds: float, at: datetime) -> None:
    boto3.client("cloudwatch").put_metric_data(
        Namespace=METRIC_NAMESPACE,
        MetricData=[{
            "MetricName": StreamMetric.LAG.value, "Unit": "Milliseconds", "Value": seconds * 1000, "Timestamp": at,
            "Dimensions": [{"Name": Dimension.SOURCE.value, "Value": source}],
        }],
    )  # fmt: skip


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    with mock_aws():
        yield


@pytest.fixture(params=["in_memory", "moto"])
def lags(request: pytest.FixtureRequest) -> StreamLags:
    """Payments waited 1.5 s; nothing came of any other source."""
    if request.param == "in_memory":
        return InMemoryStreamLags({"payments": 1.5})
    request.getfixturevalue("aws")
    published("payments", 1.5, NOW - timedelta(minutes=2))
    return CloudWatchStreamLags()


def test_a_lag_is_in_seconds(lags: StreamLags) -> None:
    assert lags.newest("payments", NOW) == 1.5


def test_another_source_has_none(lags: StreamLags) -> None:
    assert lags.newest("returns", NOW) is None


def test_the_newest_minute_counts_with_its_longest_wait(aws: None) -> None:
    for seconds, minutes in ((9.0, 10), (2.0, 3), (4.0, 3), (3.0, 3)):
        published("payments", seconds, NOW - timedelta(minutes=minutes))
    assert CloudWatchStreamLags().newest("payments", NOW) == 4.0


def test_what_was_longer_than_an_hour_ago_does_not_count(aws: None) -> None:
    published("payments", 1.0, NOW - timedelta(hours=2))
    assert CloudWatchStreamLags().newest("payments", NOW) is None
