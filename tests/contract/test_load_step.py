"""The step LoadSources as Lambda runs it, against S3 and Secrets Manager by moto, and a database in a file."""

import dataclasses
import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest

from functions.training import load_sources
from roost import wiring
from roost.settings import PipelineSettings
from tests.unit.loading.orders import model, source

BUCKET = "roost-test-loads"


@pytest.fixture
def lake(aws: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    for field in dataclasses.fields(PipelineSettings):
        monkeypatch.setenv(PipelineSettings.variable(field.name), BUCKET)
    boto3.client("s3").create_bucket(Bucket=BUCKET)
    wiring.pipeline.cache_clear()
    yield BUCKET
    wiring.pipeline.cache_clear()


@pytest.fixture
def database(tmp_path: Path) -> Path:
    opened = sqlite3.connect(tmp_path / "shop.db", isolation_level=None)
    opened.execute("CREATE TABLE orders (order_id INTEGER, at DATETIME, amount NUMERIC, late INTEGER)")
    opened.execute("INSERT INTO orders VALUES (1, '2020-05-01 00:00:00.000000', '9.50', 0)")
    opened.close()
    return tmp_path / "shop.db"


def test_rows_go_from_a_database_to_the_lake(lake: str, database: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(load_sources, "load_model", lambda _name: model(source()))  # the projects' own have no origin
    secret = json.dumps({"engine": "sqlite", "dbname": str(database)})
    boto3.client("secretsmanager").create_secret(Name="shop/db", SecretString=secret)
    event = {"model": "payments", "run": "r1"}
    first = load_sources.handler(event, None)["sources"]["orders"]
    assert (first["rows"], first["to"]) == (1, "2020-05-01T00:00:00.000000+00:00")
    keys = [item["Key"] for item in boto3.client("s3").list_objects_v2(Bucket=lake)["Contents"]]
    assert sorted(keys) == sorted([*first["files"], "loads/orders/00000001.json"])
    assert load_sources.handler(event, None)["sources"]["orders"]["rows"] == 0
