"""Evidence about function versions: what scoring logs is what the judge reads, over moto and the embedded AWS."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest

from roost.adapters.cloudwatch_evidence import CloudWatchEvidence
from roost.domain.evidence import Evidence, Signal
from roost.domain.prediction_record import INVALID_SCORE, RequestMeter, log_line
from roost.domain.sequential import Tally
from roost.metric_names import METRIC_NAMESPACE
from roost.names import scoring_function
from tests.contract.conftest import reach, unique

NOW = datetime.now(UTC).replace(second=30, microsecond=0) - timedelta(minutes=10)
MINUTE = timedelta(minutes=1)


@pytest.fixture(params=["moto", "embedded"])
def model(request: pytest.FixtureRequest) -> str:
    """A model of its own: metrics cannot be removed."""
    reach(request)
    return unique("toy")


def put(namespace: str, values: Mapping[str, float], dimensions: Mapping[str, str], at: datetime) -> None:
    named = [{"Name": name, "Value": value} for name, value in dimensions.items()]
    data: list[Any] = [
        {"MetricName": name, "Value": value, "Timestamp": at, "Dimensions": named} for name, value in values.items()
    ]
    boto3.client("cloudwatch").put_metric_data(Namespace=namespace, MetricData=data)


def serve(model: str, version: str, at: datetime, *requests: tuple[int, float, dict[str, Any]]) -> None:
    """Publish what the log lines of an environment's requests embed; the first is its cold start."""
    meter = RequestMeter(objective=100.0)
    for request in requests:
        line = log_line(model, version, int(at.timestamp() * 1000), meter.measure(*request), {})
        for directive in line["_aws"]["CloudWatchMetrics"]:
            values = {metric["Name"]: line[metric["Name"]] for metric in directive["Metrics"]}
            for names in directive["Dimensions"]:
                put(METRIC_NAMESPACE, values, {name: line[name] for name in names}, at)


def fail_unseen(model: str, version: str, at: datetime, **counts: float) -> None:
    """What AWS counts of an invocation through the alias that its handler never answered."""
    function = scoring_function("dev", model)
    put(
        "AWS/Lambda",
        counts,
        {"FunctionName": function, "Resource": f"{function}:live", "ExecutedVersion": version},
        at,
    )


def scored(rank: float) -> dict[str, Any]:
    return {"rank": rank, "defaulted": []}


def read(model: str, version: str, since: datetime = NOW, until: datetime = NOW + 2 * MINUTE) -> Evidence:
    return CloudWatchEvidence("dev").between(model, version, since, until)


def near(tally: Tally) -> Any:
    return pytest.approx((tally.count, tally.total, tally.squares))


def sums(found: Evidence, signal: Signal) -> tuple[float, ...]:
    tally = found.tallies[signal]
    return (tally.count, tally.total, tally.squares)


def test_what_scoring_logs_is_what_the_judge_reads(model: str) -> None:
    serve(model, "9", NOW, (200, 900.0, scored(0.5)), (200, 10.0, scored(0.2)), (200, 1000.0, scored(0.8)))
    serve(model, "9", NOW + MINUTE, (500, 5.0, {}), (500, 5.0, {INVALID_SCORE: True}), (422, 1.0, {}))
    found = read(model, "9")
    assert sums(found, Signal.ERRORS) == near(Tally(6, 2, 2))
    assert sums(found, Signal.SLOW) == near(Tally(2, 1, 1))
    assert sums(found, Signal.INVALID) == near(Tally(4, 1, 1))
    assert sums(found, Signal.RANK) == near(Tally(3, 1.5, 0.93))
    assert sums(found, Signal.LATENCY) == near(Tally(2, 1.0, 0.625))
    assert Signal.OUTCOME not in found.tallies


def test_failures_that_no_handler_saw_are_requests_that_failed(model: str) -> None:
    serve(model, "9", NOW, (200, 9.0, scored(0.5)))
    fail_unseen(model, "9", NOW, Errors=2.0, Throttles=1.0, Invocations=3.0)
    assert sums(read(model, "9"), Signal.ERRORS) == near(Tally(4, 3, 3))


def test_versions_and_models_are_kept_apart(model: str) -> None:
    serve(model, "9", NOW, (200, 9.0, scored(0.5)))
    serve(model, "8", NOW, (500, 9.0, {}))
    fail_unseen(model, "8", NOW, Errors=1.0)
    assert sums(read(model, "9"), Signal.ERRORS) == near(Tally(1, 0, 0))
    assert sums(read(model, "8"), Signal.ERRORS) == near(Tally(2, 2, 2))
    assert read(unique("other"), "9").requests == 0


def test_sums_grow_with_the_time_and_reading_changes_nothing(model: str) -> None:
    for minute in range(3):
        serve(model, "9", NOW + minute * MINUTE, (200, 9.0, scored(0.5)), (200, 9.0, scored(0.5)))
    until = [read(model, "9", until=NOW + minute * MINUTE).requests for minute in range(3)]
    assert until == [2, 4, 6]
    assert [read(model, "9", until=NOW + minute * MINUTE).requests for minute in range(3)] == until


def test_silence_is_no_request_and_no_other_signal(model: str) -> None:
    assert read(model, "9") == Evidence({Signal.ERRORS: Tally()})
