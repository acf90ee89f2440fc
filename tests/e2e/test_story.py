"""The whole loop through the deployed stack, in the order in which a team would live it.

Later tests stand on what earlier ones left behind; the first failure stops the story.
"""

import gzip
import io
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from botocore.exceptions import ClientError

from localaws.deploy import deploy
from models.fraud.simulator import SimulationSize, Transactions, simulate
from roost import names, object_keys
from roost.adapters.dynamodb_registry import DynamoDBRegistryStore
from roost.adapters.s3_objects import S3ObjectStore
from roost.workflows.audit_check import check_audit
from tests.e2e.deployment import MODEL, STAGE, WITH_STREAMS, Deployment, wait_until
from tests.e2e.streamed_features import Streamed

pytestmark = pytest.mark.e2e

START = date(2018, 4, 1)
SIZE = SimulationSize(customers=1000, terminals=2000, days=91, radius=5.0, start=START)
FIRST_END, SECOND_END = 75, 82
COLUMNS = ("transaction_id", "event_time", "customer_id", "terminal_id", "amount", "is_fraud")


@pytest.fixture(scope="session")
def transactions() -> Transactions:
    return simulate(SIZE)


def day_of(transactions: Transactions) -> Any:
    return (transactions.event_time - np.datetime64(START, "s")).astype("timedelta64[D]").astype(int)


def landed(transactions: Transactions, first_day: int, end_day: int, unit: float = 1.0) -> bytes:
    """Rows of the days as a gzipped CSV, amounts multiplied by ``unit``."""
    chosen = np.flatnonzero((day_of(transactions) >= first_day) & (day_of(transactions) < end_day))
    text = io.StringIO()
    text.write(",".join(COLUMNS) + "\n")
    for index in chosen:
        row = [getattr(transactions, name)[index] for name in COLUMNS]
        row[4] = f"{row[4] * unit:.5f}"
        text.write(",".join(str(int(v)) if isinstance(v, np.integer | np.bool_) else str(v) for v in row) + "\n")
    return gzip.compress(text.getvalue().encode(), mtime=0)


def requests_of(transactions: Transactions, day: int) -> list[dict[str, Any]]:
    """Scoring requests of one day's transactions."""
    return [
        {
            "event_time": str(transactions.event_time[index]),
            "customer_id": int(transactions.customer_id[index]),
            "terminal_id": int(transactions.terminal_id[index]),
            "amount": float(transactions.amount[index]),
        }
        for index in np.flatnonzero(day_of(transactions) == day)
    ]


@contextmanager
def traffic(
    deployment: Deployment, requests: list[dict[str, Any]], told: str = "model_version", pause: float = 0.0
) -> Iterator[Counter[tuple[int, Any]]]:
    """Two callers score the requests over and over; counts answers by (status, model version, or what is ``told``).

    ``pause`` is between two requests of a caller, in seconds.
    """
    counts: Counter[tuple[int, Any]] = Counter()
    done = threading.Event()

    def call(offset: int) -> None:
        for index in range(offset, 1_000_000, 2):
            if done.wait(pause):
                return
            answer = deployment.score(requests[index % len(requests)])
            counts[answer.status, answer.document.get(told, 0)] += 1

    callers = [threading.Thread(target=call, args=(offset,)) for offset in range(2)]
    for caller in callers:
        caller.start()
    try:
        yield counts
    finally:
        done.set()
        for caller in callers:
            caller.join()


def test_before_the_first_release_the_endpoint_says_so(deployment: Deployment) -> None:
    answer = deployment.score({"customer_id": 1, "terminal_id": 1, "amount": 10.0})
    assert (answer.status, answer.document["title"]) == (503, "No model released")


def test_a_request_without_credentials_is_refused(deployment: Deployment) -> None:
    assert deployment.score({"amount": 1}, signed=False).status == 403


def test_an_unknown_model_is_a_404_that_names_the_known_ones(deployment: Deployment) -> None:
    answer = deployment.score({}, model="frued")
    assert answer.status == 404
    assert MODEL in answer.document["detail"]


def test_a_run_without_data_is_red_and_says_what_to_upload(deployment: Deployment) -> None:
    run = deployment.start(deployment.training, reason="manual")
    assert (run.status, run.error) == ("FAILED", "NoDataFound")
    assert "landing/card_transactions/" in run.cause


def test_a_landed_file_trains_registers_and_releases_by_itself(
    deployment: Deployment, transactions: Transactions
) -> None:
    trained, released = deployment.runs(deployment.training), deployment.runs(deployment.releasing)
    deployment.upload("landing/card_transactions/first.csv.gz", landed(transactions, 0, FIRST_END))
    run = deployment.next_run(deployment.training, trained)
    assert (run.status, run.cause) == ("SUCCEEDED", "")
    assert {
        "Ingest",
        "ValidateData",
        "BuildFeatures",
        "CheckLeakage",
        "TrainAndMaterialize",
        "EvaluateModel",
        "RegisterModel",
    } <= set(run.states)
    release = deployment.next_run(deployment.releasing, released)
    assert (release.status, release.cause) == ("SUCCEEDED", "")


def test_a_transaction_is_scored_with_features_from_the_online_store(
    deployment: Deployment, transactions: Transactions
) -> None:
    answer = deployment.score(requests_of(transactions, FIRST_END)[0])
    assert answer.status == 200
    assert answer.document["model_version"] == 1
    assert 0 <= answer.document["score"] <= 1
    assert answer.document["features"]["customer_spend"]["found"]
    assert answer.document["features"]["terminal_risk"]["found"]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"amount": "12"}, "amount"),
        ({"amount": -1}, "amount"),
        ({"amount": 1e9}, "amount"),
        ({"amount": None}, "amount"),
        ({"colour": "red"}, "colour"),
        ({"event_time": "yesterday"}, "event_time"),
    ],
)
def test_a_bad_field_is_a_422_that_names_it(
    deployment: Deployment, transactions: Transactions, change: dict[str, Any], field: str
) -> None:
    answer = deployment.score({**requests_of(transactions, FIRST_END)[0], **change})
    assert (answer.status, answer.document["field"]) == (422, field)
    assert answer.content_type == names.PROBLEM_JSON


def test_a_body_that_is_no_json_is_a_400(deployment: Deployment) -> None:
    assert deployment.score("{amount: 12}").status == 400


def test_deploying_again_moves_no_traffic(deployment: Deployment) -> None:
    before, released = deployment.alias(), deployment.runs(deployment.releasing)
    deploy(deployment.emulator, STAGE, extra_args=WITH_STREAMS)
    assert (deployment.alias(), deployment.runs(deployment.releasing)) == (before, released)


def test_releasing_a_version_that_does_not_exist_is_red_and_changes_nothing(deployment: Deployment) -> None:
    before = deployment.alias()
    run = deployment.start(deployment.releasing, version=99)
    assert (run.status, run.error) == ("FAILED", "UnknownVersion")
    assert deployment.alias() == before


def test_a_canary_under_traffic_is_promoted(deployment: Deployment, transactions: Transactions) -> None:
    trained, released = deployment.runs(deployment.training), deployment.runs(deployment.releasing)
    deployment.upload("landing/card_transactions/second.csv.gz", landed(transactions, FIRST_END, SECOND_END))
    with traffic(deployment, requests_of(transactions, SECOND_END)) as counts:
        assert deployment.next_run(deployment.training, trained).status == "SUCCEEDED"
        release = deployment.next_run(deployment.releasing, released)
    assert (release.status, release.cause) == ("SUCCEEDED", "")
    assert {status for status, _ in counts} == {200}
    assert {version for _, version in counts} == {1, 2}
    assert "RoutingConfig" not in deployment.alias() or not deployment.alias()["RoutingConfig"].get(
        "AdditionalVersionWeights"
    )


def test_an_event_on_the_stream_is_in_the_next_score_and_equals_its_recomputation(
    deployment: Deployment, transactions: Transactions, tmp_path: Path
) -> None:
    request = requests_of(transactions, SECOND_END - 1)[-1]
    streamed = Streamed(deployment, request, tmp_path)
    before = streamed.online()
    streamed.send(10_000_001, amount=20.25)
    streamed.send(10_000_002, amount=4.5)
    streamed.send(10_000_002, amount=4.5)
    streamed.send(10_000_003, amount="much")
    wait_until(lambda: streamed.online()["customer_spend__count_1d"] == before["customer_spend__count_1d"] + 2)
    assert streamed.online()["customer_spend__amount_sum_1d"] == before["customer_spend__amount_sum_1d"] + 24.75
    assert streamed.scored() == streamed.online() == streamed.recomputed()
    assert deployment.start(deployment.backfill).status == "SUCCEEDED"
    assert streamed.online() == streamed.recomputed()
    assert streamed.rejection()["reason"] == "amount must be a number, not a string"


def test_what_was_served_equals_what_was_known_then(deployment: Deployment) -> None:
    run = deployment.start(deployment.audit)
    assert (run.status, run.cause) == ("SUCCEEDED", "")
    report = deployment.stored(object_keys.audit_key(MODEL, run.name))
    assert report["predictions"] == 200
    assert report["compared"] == 400
    assert (report["skewed"], report["differences"]) == (0, [])


def test_compacting_the_log_changes_nothing(deployment: Deployment, transactions: Transactions, tmp_path: Path) -> None:
    streamed = Streamed(deployment, requests_of(transactions, SECOND_END - 1)[-1], tmp_path)
    assert deployment.start(deployment.compaction).status == "SUCCEEDED"
    assert streamed.recomputed() == streamed.online()


def test_a_model_of_another_unit_is_rolled_back_by_its_scores(
    deployment: Deployment, transactions: Transactions
) -> None:
    before = deployment.alias()["FunctionVersion"]
    trained, released = deployment.runs(deployment.training), deployment.runs(deployment.releasing)
    bucket = deployment.outputs[names.Output.LAKE_BUCKET]
    for name in ("first", "second"):
        deployment.client("s3").delete_object(Bucket=bucket, Key=f"landing/card_transactions/{name}.csv.gz")
    deployment.upload("landing/card_transactions/restated.csv.gz", landed(transactions, 0, SECOND_END - 1, unit=0.001))
    with traffic(deployment, requests_of(transactions, SECOND_END)) as counts:
        assert deployment.next_run(deployment.training, trained).status == "SUCCEEDED"
        release = deployment.next_run(deployment.releasing, released)
    assert (release.status, release.error) == ("FAILED", "ReleaseRolledBack")
    assert "shift of the scores" in release.cause
    assert deployment.alias()["FunctionVersion"] == before
    assert {status for status, _ in counts} == {200}


def test_the_version_that_was_rolled_back_cannot_be_released(deployment: Deployment) -> None:
    run = deployment.start(deployment.releasing, version=3)
    assert (run.status, run.error) == ("FAILED", "VersionNotApproved")


def test_an_earlier_version_comes_back_by_one_move(deployment: Deployment, transactions: Transactions) -> None:
    run = deployment.start(deployment.releasing, rollback_to=1, requested_by="e2e", reason="exercise")
    assert (run.status, run.cause) == ("SUCCEEDED", "")
    answer = deployment.score(requests_of(transactions, SECOND_END)[0])
    assert answer.document["model_version"] == 1


def test_every_change_of_the_registry_has_its_copy_that_stays(
    deployment: Deployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in deployment.environment.items():
        monkeypatch.setenv(name, value)
    bucket, s3 = deployment.outputs[names.Output.AUDIT_BUCKET], deployment.client("s3")
    entries = DynamoDBRegistryStore(deployment.outputs[names.Output.REGISTRY_TABLE]).audit(MODEL)
    copies = S3ObjectStore(bucket, s3)
    wait_until(lambda: check_audit(MODEL, entries, copies).uncopied == [])
    assert check_audit(MODEL, entries, copies).sound
    key = object_keys.audit_entry_key(MODEL, 1)
    (version,) = s3.list_object_versions(Bucket=bucket, Prefix=key)["Versions"]
    with pytest.raises(ClientError, match="AccessDenied"):
        s3.delete_object(Bucket=bucket, Key=key, VersionId=version["VersionId"])
