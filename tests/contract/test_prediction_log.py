"""The prediction log: in memory, and as objects over the Amazon S3 API (moto, embedded AWS)."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import boto3
import duckdb
import pytest

from roost.adapters.in_memory import InMemoryObjectStore, InMemoryPredictionLog
from roost.adapters.s3_objects import S3ObjectStore
from roost.adapters.s3_predictions import S3Predictions
from roost.domain.logged_prediction import read_record
from roost.domain.prediction_objects import objects_of
from roost.ports import ObjectStore, PredictionLog
from tests.contract.conftest import KINDS, reach, unique
from tests.unit.monitoring.served import MODEL, START, batch, identifier, message

PREDICTIONS = batch(*(message(n, START + n * 40_000, float(n)) for n in range(200))).predictions
FROM = datetime.fromtimestamp(START / 1000, UTC)


@pytest.fixture(params=KINDS)
def log(request: pytest.FixtureRequest) -> PredictionLog:
    """A log with 200 predictions, 40 seconds apart."""
    if request.param == "in_memory":
        logged = [read_record(one.record, one.at + 2, "at") for one in PREDICTIONS]
        return InMemoryPredictionLog(logged, {one.identifier: one.record for one in PREDICTIONS})
    reach(request)
    name = unique("log")
    boto3.client("s3").create_bucket(Bucket=name)
    lake = S3ObjectStore(name)
    write(lake)
    return S3Predictions(lake, MODEL, "at", readers=1 if request.param == "moto" else 4)


def write(lake: ObjectStore) -> None:
    for start in range(0, 200, 5):
        for key, body in objects_of(PREDICTIONS[start : start + 7]).items():  # two of seven are in the next one too
            lake.put(key, body)


def test_a_prediction_is_found_as_it_was_logged(log: PredictionLog) -> None:
    assert log.find(PREDICTIONS[17].identifier) == PREDICTIONS[17].record


def test_what_was_never_logged_is_not_found(log: PredictionLog) -> None:
    assert log.find(identifier(START + 17 * 40_000, 999)) is None
    assert log.find("17") is None


def test_several_are_found_at_once(log: PredictionLog) -> None:
    wanted = [PREDICTIONS[place].identifier for place in (3, 5, 6, 150)]
    found = log.found([*wanted, "17"])
    assert {name: record["inputs"]["amount"] for name, record in found.items()} == dict(
        zip(wanted, [3.0, 5.0, 6.0, 150.0], strict=True)
    )


def test_every_record_of_a_time_is_read_once_in_its_order(log: PredictionLog) -> None:
    found = [record["inputs"]["amount"] for record in log.records(FROM + timedelta(hours=1), FROM + timedelta(hours=2))]
    assert found == [float(n) for n in range(90, 180)]


def test_a_sample_has_all_there_is_if_it_is_little(log: PredictionLog) -> None:
    found = log.sample(FROM, FROM + timedelta(minutes=10), 50)
    assert sorted(one.inputs["amount"] or 0.0 for one in found) == [float(n) for n in range(15)]
    assert found[0].scored == START * 1000 + 2999


def test_duckdb_reads_the_objects_as_they_are(tmp_path: Path) -> None:
    lake = InMemoryObjectStore()
    write(lake)
    for key, body in lake.objects.items():
        path = tmp_path / key
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(body)
    found = duckdb.sql(
        f"SELECT hour, count(DISTINCT prediction_id), max(inputs.amount) FROM read_json_auto('{tmp_path}/**/*.gz', "
        "hive_partitioning = true) WHERE score < 0.5 GROUP BY hour ORDER BY hour"
    ).fetchall()
    assert [(hour, rows) for hour, rows, _ in found] == [
        ("2026-01-01T00", 90),
        ("2026-01-01T01", 90),
        ("2026-01-01T02", 20),
    ]
