"""What became of predictions, through the deployed stack: logged once, counted once, found, and what turned out."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from models.churn.sample_data import write_landing_files
from roost import names, object_keys
from roost.adapters.aws_session import client
from roost.adapters.cloudwatch_predictions import CloudWatchPredictions
from roost.adapters.dynamodb_observations import DynamoDBObservations
from roost.adapters.dynamodb_outcomes import DynamoDBOutcomes
from roost.adapters.log_delivery import delivery
from roost.adapters.observer_redelivery import Redelivery
from roost.adapters.s3_objects import S3ObjectStore
from roost.adapters.s3_predictions import S3Predictions
from roost.adapters.signed_http import SignedHttp
from roost.domain.api_address import api_address
from roost.domain.prediction_counts import added, unpacked
from roost.domain.prediction_ids import new_prediction_id
from roost.errors import DependencyUnavailable
from roost.monitoring_names import OBSERVATIONS, OUTCOMES, MonitoringOutput
from roost.spec import load_model
from tests.e2e.deployment import STAGE, Deployment, wait_until
from tests.e2e.test_churn_story import REQUEST

pytestmark = pytest.mark.e2e

MODEL = "churn"
FUNCTION = names.scoring_function(STAGE, MODEL)
AGES = timedelta(days=1)


@pytest.fixture(autouse=True)
def here(deployment: Deployment, monkeypatch: pytest.MonkeyPatch) -> None:
    """Point the SDK at the deployment."""
    for name, value in deployment.environment.items():
        monkeypatch.setenv(name, value)


@pytest.fixture(scope="module")
def served(deployment: Deployment, tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[dict[str, Any]]]:
    """Answers of the endpoint, which is trained and released first if nothing else did it."""
    if deployment.score(REQUEST, model=MODEL).status == 503:
        releasing = deployment.pipeline(names.release_pipeline, MODEL)
        (file,) = write_landing_files(tmp_path_factory.mktemp("churn"))
        deployment.upload(f"landing/{load_model(MODEL).source.name}/{file.name}", file.read_bytes())
        assert deployment.next_run(releasing, []).status == "SUCCEEDED"
    plans = ["no", "yes"] * 10
    answers = [deployment.score(REQUEST | {"international_plan": plan}, model=MODEL) for plan in plans]
    assert {answer.status for answer in answers} == {200}
    yield [answer.document for answer in answers]


def log_of(deployment: Deployment) -> S3Predictions:
    return S3Predictions(S3ObjectStore(deployment.outputs[names.Output.LAKE_BUCKET]), MODEL, "snapshot_at")


def logged() -> list[dict[str, Any]]:
    """Every prediction that the scoring function's own log holds."""
    now = datetime.now(UTC)
    parts = CloudWatchPredictions(FUNCTION).lines(now - AGES, now + AGES)
    return [json.loads(line)["prediction"] for _, lines in parts for line in lines]


def kept(deployment: Deployment) -> list[Any]:
    now = datetime.now(UTC)
    return list(log_of(deployment).records(now - AGES, now + AGES))


def counted() -> dict[str, Any]:
    """Counts of all hours and versions, by segment."""
    total: dict[str, Any] = {}
    for _, _, body in DynamoDBObservations(names.table(STAGE, OBSERVATIONS)).counts(MODEL, "2000", "3000"):
        total = added(total, unpacked(body))
    return total


def all_are_kept(deployment: Deployment) -> bool:
    return len(kept(deployment)) >= len(logged())


def redelivery(deployment: Deployment) -> Redelivery:
    return Redelivery(STAGE, deployment.outputs[MonitoringOutput.UNOBSERVED_QUEUE])


def test_every_score_is_in_the_prediction_log_and_in_the_counts_once(
    deployment: Deployment, served: list[dict[str, Any]]
) -> None:
    wait_until(lambda: all_are_kept(deployment))
    identifiers = [record["prediction_id"] for record in kept(deployment)]
    assert sorted(identifiers) == sorted(record["prediction_id"] for record in logged())
    assert {answer["prediction_id"] for answer in served} <= set(identifiers)
    wait_until(lambda: counted()[""]["rows"] == len(identifiers))
    found = counted()
    with_plan = sum(record["request"]["international_plan"] == "yes" for record in kept(deployment))
    assert found["international_plan=yes"]["rows"] == with_plan
    assert {sum(bins) for bins in found[""]["features"].values()} == {len(identifiers)}


def test_a_score_is_found_by_its_identifier(deployment: Deployment, served: list[dict[str, Any]]) -> None:
    record = log_of(deployment).find(served[7]["prediction_id"])
    assert record is not None
    assert {name: record[name] for name in ("score", "decision", "model_version", "request")} == {
        **{name: served[7][name] for name in ("score", "decision", "model_version")},
        "request": REQUEST | {"international_plan": "yes"},
    }


def test_reading_the_log_again_adds_nothing(deployment: Deployment, served: list[dict[str, Any]]) -> None:
    before, now = counted(), datetime.now(UTC)
    done = redelivery(deployment).from_log(MODEL, now - AGES, now + AGES)
    assert done["predictions"] >= len(served)
    assert done["new"] == 0
    assert counted() == before


def lost(deployment: Deployment, **changes: Any) -> dict[str, Any]:
    """A delivery with one prediction that the observer has not seen, like one that was served."""
    now = datetime.now(UTC)
    stream, lines = next(iter(CloudWatchPredictions(FUNCTION).lines(now - AGES, now + AGES)))
    line = json.loads(lines[-1])
    line["prediction"] |= {"prediction_id": new_prediction_id(now)} | changes
    return delivery(f"/aws/lambda/{FUNCTION}", stream, [json.dumps(line)])


def test_what_waits_in_the_queue_is_taken_once_and_by_command(
    deployment: Deployment, served: list[dict[str, Any]]
) -> None:
    queue, event = deployment.outputs[MonitoringOutput.UNOBSERVED_QUEUE], lost(deployment)
    before = len(kept(deployment))
    for _ in range(2):
        client("sqs").send_message(QueueUrl=queue, MessageBody=json.dumps({"requestPayload": event}))
    done = redelivery(deployment).from_queue()
    assert (done["deliveries"], done["new"]) == (2, 1)
    assert redelivery(deployment).from_queue() == {}
    assert len(kept(deployment)) == before + 1
    assert counted()[""]["rows"] == before + 1


def test_an_hour_that_is_over_becomes_parquet(deployment: Deployment, served: list[dict[str, Any]]) -> None:
    before = datetime.now(UTC) - timedelta(hours=2)
    event, observer = (
        lost(deployment, prediction_id=new_prediction_id(before)),
        names.function(STAGE, "observe_predictions"),
    )
    client("lambda").invoke(FunctionName=observer, Payload=json.dumps(event).encode())
    archive = names.function(STAGE, "archive_predictions")
    for expected in (1, 0):
        called = client("lambda").invoke(FunctionName=archive, Payload=b"{}")
        assert json.loads(called["Payload"].read())[MODEL] == {"hours": expected, "predictions": expected}
    key = object_keys.archived_key(MODEL, f"{before:%Y-%m-%dT%H}", "part-0000.parquet")
    lake = S3ObjectStore(deployment.outputs[names.Output.LAKE_BUCKET])
    assert lake.get(key).startswith(b"PAR1")


def test_what_the_observer_cannot_take_is_tried_again_and_then_waits_in_the_queue(
    deployment: Deployment, served: list[dict[str, Any]]
) -> None:
    unknown = lost(deployment, model_version=999)
    function = names.function(STAGE, "observe_predictions")
    client("lambda").invoke(FunctionName=function, InvocationType="Event", Payload=json.dumps(unknown).encode())
    queue = deployment.outputs[MonitoringOutput.UNOBSERVED_QUEUE]
    (message,) = wait_until(lambda: client("sqs").receive_message(QueueUrl=queue, VisibilityTimeout=0).get("Messages"))
    assert json.loads(message["Body"])["requestPayload"] == unknown
    with pytest.raises(DependencyUnavailable, match="UnknownVersion"):
        redelivery(deployment).from_queue()


def test_outcomes_are_recorded_by_signed_requests_and_the_wrong_ones_are_named(
    deployment: Deployment, served: list[dict[str, Any]]
) -> None:
    base = api_address(deployment.outputs[names.Output.API_URL], deployment.emulator.endpoint)
    url, now = f"{base}/models/{MODEL}/outcomes", datetime.now(UTC).isoformat()
    first, second = (answer["prediction_id"] for answer in served[:2])
    old = new_prediction_id(datetime.now(UTC) - timedelta(days=3))
    reports = [
        {"prediction_id": first, "outcome": "yes", "observed_at": now},
        {"prediction_id": second, "outcome": 0, "observed_at": now},
        {"prediction_id": first, "outcome": "yes", "observed_at": now},
        {"prediction_id": old, "outcome": 1, "observed_at": now},
        {"prediction_id": second, "outcome": "maybe", "observed_at": now},
    ]
    answer = SignedHttp().post(url, reports)
    assert answer.status == 200
    statuses = [result["status"] for result in answer.document["results"]]
    assert statuses == ["recorded", "recorded", "repeated", "refused", "refused"]
    assert [result["problem"]["status"] for result in answer.document["results"][3:]] == [404, 422]
    known = DynamoDBOutcomes(names.table(STAGE, OUTCOMES), MODEL).of([first, second])
    assert {name: one.label for name, one in known.items()} == {first: 1, second: 0}
    assert SignedHttp().post(f"{base}/models/frued/outcomes", reports).status == 404
