"""Releases while parts of the stack fail: the judge, the store, the canary itself. Only what failed is felt.

Each release brings new code around the champion's package. They run after the tests of traffic control, or alone.
"""

from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest

from models.fraud.simulator import Transactions
from roost import names
from roost.metric_names import METRIC_NAMESPACE, Dimension, Metric
from roost.names import ReleaseStatus
from tests.e2e.deployment import MODEL, STAGE, wait_until
from tests.e2e.loopback_faults import Wire, changed, silence, throttled, wire
from tests.e2e.release_control import Control
from tests.e2e.test_story import FIRST_END, requests_of, traffic
from tests.e2e.test_traffic_control import PAUSE, QUICK, control, load, transactions

__all__ = ["control", "transactions"]  # the fixtures of the tests before
pytestmark = pytest.mark.e2e

DYNAMODB, CLOUDWATCH = "AWS_ENDPOINT_URL_DYNAMODB", "AWS_ENDPOINT_URL_CLOUDWATCH"
JUDGED = {**QUICK, "wait_seconds": 40}
AT_ONCE = {"code": True, "strategy": "all_at_once"}
SCORING, JUDGE = names.scoring_function(STAGE, MODEL), names.function(STAGE, "judge_canary")
WRITERS = ("read_orders", "finish_release", "settle_release", "record_rollback", "claim_release")
NOWHERE, FAILED = "http://127.0.0.1:9", 503


@contextmanager
def slow(lambdas: Any, function: str) -> Iterator[None]:
    """A function that waits for an answer until its time is up."""
    with silence() as url, changed(lambdas, function, {CLOUDWATCH: url}, Timeout=2):
        yield


def dead(lambdas: Any, function: str) -> AbstractContextManager[None]:
    """A function that does not load."""
    return changed(lambdas, function, Handler="functions.release.gone.handler")


@pytest.mark.parametrize("fault", [dead, slow, throttled])
def test_a_release_whose_judge_fails_is_taken_back_and_nobody_notices(
    control: Control, transactions: Transactions, fault: Any
) -> None:
    before = control.deployment.alias()["FunctionVersion"]
    with fault(control.deployment.client("lambda"), JUDGE), load(control, transactions):
        run = control.start(**JUDGED)
        ended = control.deployment.finished(run)
        record = control.settled(run)
    assert (ended.error, record.status) == ("ReleaseRolledBack", ReleaseStatus.FAILED)
    assert {"ShiftTraffic", "JudgeCanary", "RestoreTraffic", "RecordRollback"} <= set(ended.states)
    assert control.deployment.alias()["FunctionVersion"] == before
    control.in_agreement()


def test_of_a_canary_that_fails_only_its_own_requests_fail(control: Control, transactions: Transactions) -> None:
    """Its store is not there: the smoke test, which needs none, passes."""
    before, lambdas = control.deployment.alias()["FunctionVersion"], control.deployment.client("lambda")
    requests = requests_of(transactions, FIRST_END)
    with traffic(control.deployment, requests, pause=PAUSE) as counts, changed(lambdas, SCORING, {DYNAMODB: NOWHERE}):
        run = control.start(**JUDGED)
        ended = control.deployment.finished(run)
        record = control.settled(run)
    assert (ended.status, record.status) == ("FAILED", ReleaseStatus.ROLLED_BACK)
    assert "share of failed requests" in record.reason
    assert control.deployment.alias()["FunctionVersion"] == before
    assert set(counts) == {(200, control.registry.head(MODEL).champion), (FAILED, 0)}
    wait_until(lambda: _errors(control, record.function_version) == counts[FAILED, 0])
    control.in_agreement()


def test_a_store_that_fails_for_a_while_leaves_no_release_halfway(control: Control, transactions: Transactions) -> None:
    """The store of scoring and of the release's own functions; waits are scaled, so its seconds are a minute."""
    requests, port = requests_of(transactions, FIRST_END), urlsplit(control.deployment.emulator.endpoint).port
    with wire(port or 80) as store:
        with over(store, control):
            assert control.succeeded(control.start(**AT_ONCE))
            with traffic(control.deployment, requests, pause=PAUSE) as counts:
                run = control.start(**JUDGED)
                control.shifted()
                store.cut()
                wait_until(lambda: counts[FAILED, 0] >= 10)
                store.mend()
                control.deployment.finished(run)
                control.settled(run)
        assert {status for status, _ in counts} == {200, FAILED}
        control.in_agreement()
        with load(control, transactions):
            assert control.succeeded(control.start(**AT_ONCE))
    control.in_agreement()


@contextmanager
def over(store: Wire, control: Control) -> Iterator[None]:
    """Scoring and the steps of releases reach DynamoDB over a wire."""
    functions = [SCORING, *(names.function(STAGE, writer) for writer in WRITERS)]
    with ExitStack() as stack:
        for function in functions:
            stack.enter_context(changed(control.deployment.client("lambda"), function, {DYNAMODB: store.url}))
        yield


def test_a_way_back_under_load_fails_no_request(control: Control, transactions: Transactions) -> None:
    before = control.deployment.alias()["FunctionVersion"]
    assert control.succeeded(control.start(**AT_ONCE))
    with load(control, transactions) as counts:
        wait_until(lambda: sum(counts.values()) >= 30)
        back = control.start(rollback_to=control.registry.head(MODEL).champion)
        assert control.succeeded(back)
        answered = sum(counts.values())
        wait_until(lambda: sum(counts.values()) >= answered + 30)
    assert control.deployment.alias()["FunctionVersion"] == before
    control.in_agreement()


def _errors(control: Control, function_version: str) -> int:
    """Requests that a function version answered as failed."""
    now = datetime.now(UTC)
    dimensions = {Dimension.MODEL.value: MODEL, Dimension.FUNCTION_VERSION.value: function_version}
    points = control.deployment.client("cloudwatch").get_metric_statistics(
        Namespace=METRIC_NAMESPACE, MetricName=Metric.ERRORS.value, Period=60, Statistics=["Sum"],
        Dimensions=[{"Name": name, "Value": value} for name, value in dimensions.items()],
        StartTime=now - timedelta(hours=1), EndTime=now + timedelta(minutes=1),
    )  # fmt: skip
    return round(sum(point["Sum"] for point in points["Datapoints"]))
