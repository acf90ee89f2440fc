"""DynamoDB fails for a minute and recovers, seen through the handler's service: answers, marks, metric, load."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import boto3
import pytest

from roost.adapters.dynamodb_online import DynamoDBOnlineStore
from roost.adapters.read_patience import SCORING_ATTEMPTS, Patience
from roost.adapters.retry_budget import CAPACITY, FAILED, THROTTLED, RetryBudget
from roost.adapters.signed_reads import SignedReads
from roost.domain.entity_events import Event
from roost.domain.event_codec import pack
from roost.workflows.packages import LoadedPackage
from roost.workflows.serving import PredictionService
from tests.unit.serving.failing_dynamodb import FailingDynamoDB, failing_dynamodb
from tests.unit.serving.test_prediction_service import HOUR, LAYOUT, MANIFEST, NOW, PLAN, Sum, ask
from tests.unit.serving.test_prediction_service import service as in_memory_service

A_MINUTE = 60  # requests of one environment, one a second
TROUBLES = ("resetting", "broken", "throttling", "leaving")
PRICES = (FAILED, FAILED, THROTTLED, THROTTLED)
Serve = Callable[..., PredictionService]


@pytest.fixture
def dynamodb(monkeypatch: pytest.MonkeyPatch) -> Iterator[FailingDynamoDB]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "none")
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)
    at = (int(NOW.timestamp()) - 2 * HOUR) * 10**6
    with failing_dynamodb() as server:
        server.items[f"{LAYOUT.online_name}#7"] = pack([Event(at, 1, at, (1000,))], 1)
        yield server


@pytest.fixture
def lines() -> list[str]:
    return []


@pytest.fixture
def serve(dynamodb: FailingDynamoDB, lines: list[str]) -> Serve:
    def made(degraded: bool = False, patience: Patience | None = None) -> PredictionService:
        client = boto3.client("dynamodb", endpoint_url=dynamodb.url, region_name="us-east-1")
        patience = patience or Patience(SCORING_ATTEMPTS, budget=RetryBudget(), pause=lambda _: None)
        store = DynamoDBOnlineStore("table", client=client, quick=SignedReads, patience=patience)
        manifest = {**MANIFEST, **({"degraded_answers": True} if degraded else {})}
        package = LoadedPackage("digest", manifest, PLAN, (LAYOUT,), Sum())
        return replace(in_memory_service(lines), online=store, package=package)

    return made


def status(service: PredictionService) -> int:
    return ask(service, customer=7, amount=20.0)[0]


def test_a_store_that_takes_no_connection_at_all_is_unavailable(serve: Serve, dynamodb: FailingDynamoDB) -> None:
    with FailingDynamoDB() as gone:
        pass
    dynamodb.url = gone.url
    assert status(serve()) == 503
    assert status(serve(degraded=True)) == 200


def test_requests_share_one_connection(serve: Serve, dynamodb: FailingDynamoDB) -> None:
    service = serve()
    assert [status(service) for _ in range(5)] == [200] * 5
    assert len(dynamodb.connections) == 1


@pytest.mark.parametrize("mood", TROUBLES)
def test_a_minute_of_failures_is_told_to_callers_and_then_over(
    serve: Serve, dynamodb: FailingDynamoDB, lines: list[str], mood: str
) -> None:
    service = serve()
    dynamodb.mood = mood
    answers = [service.respond({"body": json.dumps({"customer": 7, "amount": 20.0})}) for _ in range(A_MINUTE)]
    assert {answer["statusCode"] for answer in answers} == {503}
    assert {answer["headers"]["Retry-After"] for answer in answers} == {"1"}
    assert json.loads(answers[0]["body"])["title"] == "Feature store unavailable"
    assert json.loads(lines[0])["Errors"] == 1
    dynamodb.mood = "well"
    assert status(service) == 200


@pytest.mark.parametrize(("mood", "price"), list(zip(TROUBLES, PRICES, strict=True)))
def test_the_budget_bounds_what_retries_add_to_a_failing_store(
    serve: Serve, dynamodb: FailingDynamoDB, mood: str, price: int
) -> None:
    service = serve()
    dynamodb.mood = mood
    for _ in range(A_MINUTE):
        status(service)
    assert dynamodb.requests == A_MINUTE + CAPACITY // price


def test_a_model_that_permits_it_answers_as_of_unknown_entities_and_says_so(
    serve: Serve, dynamodb: FailingDynamoDB, lines: list[str]
) -> None:
    service = serve(degraded=True)
    dynamodb.mood = "broken"
    code, answer = ask(service, customer=7, amount=20.0)
    assert (code, answer["degraded"]) == (200, True)
    assert answer["features"] == {"spend": {"found": False, "as_of": None, "unavailable": True}}
    assert answer["defaulted"] == ["spend__amount_mean_1d"]
    line = json.loads(lines[0])
    (counts,) = [
        directive
        for directive in line["_aws"]["CloudWatchMetrics"]
        if {"Name": "DegradedAnswers", "Unit": "Count"} in directive["Metrics"]
    ]
    assert (line["DegradedAnswers"], line["Errors"], counts["Dimensions"][0]) == (1, 0, ["Model"])
    dynamodb.mood = "well"
    code, answer = ask(service, customer=7, amount=20.0)
    assert (code, "degraded" in answer, answer["features"]["spend"]["found"]) == (200, False, True)
    assert "DegradedAnswers" not in json.loads(lines[1])


def test_a_store_that_hangs_is_waited_for_no_longer_than_the_deadline(serve: Serve, dynamodb: FailingDynamoDB) -> None:
    seconds = iter(range(100))
    patience = Patience(attempts=50, seconds=1.5, budget=RetryBudget(10**6), clock=lambda: float(next(seconds)))
    service = serve(degraded=True, patience=patience)
    dynamodb.mood = "hanging"
    assert ask(service, customer=7, amount=20.0)[1]["degraded"] is True
    assert dynamodb.requests == 2


def test_one_lost_answer_is_asked_for_again(serve: Serve, dynamodb: FailingDynamoDB) -> None:
    def recover(_: float) -> None:
        dynamodb.mood = "well"

    service = serve(patience=Patience(SCORING_ATTEMPTS, budget=RetryBudget(), pause=recover))
    dynamodb.mood = "resetting"
    code, answer = ask(service, customer=7, amount=20.0)
    assert (code, answer["features"]["spend"]["found"], dynamodb.requests) == (200, True, 2)


def test_what_no_retry_helps_is_not_taken_for_an_outage(serve: Serve, dynamodb: FailingDynamoDB) -> None:
    service = serve(degraded=True)
    dynamodb.mood = "refusing"
    assert status(service) == 500
    assert dynamodb.requests == 2  # signed, then by the client, which says why


def test_renewed_reads_use_new_connections(serve: Serve, dynamodb: FailingDynamoDB) -> None:
    service: Any = serve()
    status(service)
    service.online.renew()
    assert status(service) == 200
    assert len(dynamodb.connections) == 2
