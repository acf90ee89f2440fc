"""An entity with 50,000 events in reach, through the stream consumer and a backfill, then scored: in both stores."""

import json
import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from roost.adapters.duckdb_tables import DuckDBTables
from roost.adapters.fast_json import FastJson
from roost.adapters.in_memory import FixedClock, InMemoryObjectStore, InMemoryOnlineStore
from roost.domain.arrivals import StreamRecord
from roost.domain.naive_features import Known, naive_features
from roost.domain.segments import Segment, most_events, without_segments
from roost.errors import ItemTooLarge
from roost.names import Problem
from roost.object_keys import VALID_ROWS, dataset_key
from roost.ports import OnlineStore
from roost.spec import Aggregation, Column, ColumnType, Entity, Source, WindowView
from roost.spec.feeds import feed_of
from roost.spec.layouts import layout_of
from roost.workflows.backfill import rebuild
from roost.workflows.feature_history import offline_tables
from roost.workflows.materialization import materialize_features
from roost.workflows.packages import LoadedPackage
from roost.workflows.serving import PredictionService
from roost.workflows.streaming import StreamConsumer
from tests.contract.conftest import OpenOnline
from tests.unit.features.payments import Lake, model
from tests.unit.serving.test_prediction_service import MANIFEST, PLAN, Sum

IN_PROCESS = pytest.mark.parametrize("open_online", ["in_memory", "moto"], indirect=True)
EVENTS, BATCH, MICROS = 50_000, 2_500, 10**6
BEGIN = 1_700_000_000
NOW = datetime.fromtimestamp(BEGIN + EVENTS + 30, UTC)
SALES = Source(
    name="sales",
    event_time="at",
    event_id="sale",
    ingested_at="arrived",
    streamed=True,
    columns=(
        Column(name="sale", type=ColumnType.INTEGER),
        Column(name="at", type=ColumnType.TIMESTAMP),
        Column(name="arrived", type=ColumnType.TIMESTAMP, nullable=True),
        Column(name="customer", type=ColumnType.INTEGER),
        Column(name="amount", type=ColumnType.DECIMAL, decimals=2),
        Column(name="is_fraud", type=ColumnType.BOOLEAN, nullable=True),
    ),
)
SPEND = WindowView(
    name="spend", entity=Entity(name="customer", key="customer"), source=SALES,
    windows=(timedelta(hours=1), timedelta(days=1)),
    aggregations=(Aggregation(function="count"), Aggregation(function="mean", column="amount")),
)  # fmt: skip
LAYOUT = layout_of(SPEND)
TABLES = DuckDBTables()
HOT = (LAYOUT.online_name, "7")


@pytest.fixture
def store(open_online: OpenOnline) -> OnlineStore:
    return open_online()


@cache
def sales() -> list[tuple[int, int, float]]:
    """Sale, second and amount of all sales: a second apart, in an order as of several producers."""
    draw = random.Random(11)
    ordered = [(number, BEGIN + number, draw.randrange(100, 100_000) / 100) for number in range(EVENTS)]
    return sorted(ordered, key=lambda sale: sale[1] + draw.expovariate(1 / 20))


def records() -> list[StreamRecord]:
    """Every sale; each tenth again, corrected to a round amount much later, each twentieth doubled."""
    first = [record(*sale) for sale in sales()]
    corrected = [record(number, at, 1.0, late=1) for number, at, _ in sales() if number % 10 == 0]
    return first + corrected + first[::20]


def record(sale: int, at: int, amount: float, late: int = 0) -> StreamRecord:
    moment = datetime.fromtimestamp(at, UTC).isoformat()
    body = json.dumps({"sale": sale, "at": moment, "customer": 7, "amount": amount}).encode()
    return StreamRecord(f"s-{sale:06}-{late}", (at + late) * MICROS, body)


@cache
def expected() -> dict[str, float | None]:
    """By the definition."""
    known = [
        Known(str(number), at * MICROS, at * MICROS, {"amount": 1.0 if number % 10 == 0 else amount})
        for number, at, amount in sales()
    ]
    return naive_features(LAYOUT, known, round(NOW.timestamp() * MICROS))


def scored(store: OnlineStore) -> dict[str, Any]:
    """The inputs of a score, and what the answer says of the view."""
    lines: list[str] = []
    package = LoadedPackage("digest", {**MANIFEST, "problem": Problem.REGRESSION}, PLAN, (LAYOUT,), Sum())
    service = PredictionService("toy", 1, "1", package, store, FixedClock(NOW), FastJson(), lines.append)
    answer = service.respond({"body": json.dumps({"customer": 7, "amount": 20.0})})
    assert answer["statusCode"] == 200, answer
    inputs = json.loads(lines[0])["prediction"]["inputs"]
    return {name: inputs[name] for name in expected()} | {"said": json.loads(answer["body"])["features"]["spend"]}


def listed(store: OnlineStore) -> tuple[Segment, ...]:
    return without_segments(store.read([HOT], fresh=True)[HOT].payload)[0]


def log(lake: InMemoryObjectStore, folder: Path, key: str = "events/sales/date=2023-11-14/all.parquet") -> None:
    """The first and the corrected rows, as the consumer would have logged them."""
    rows = [(*sale, sale[1]) for sale in sales()]
    rows += [(number, at, 1.0, at + 1) for number, at, _ in sales() if number % 10 == 0]
    numbers, times, amounts, known = map(np.array, zip(*rows, strict=True))
    columns = {
        "sale": numbers, "at": (times * MICROS).astype("datetime64[us]"),
        "arrived": (known * MICROS).astype("datetime64[us]"), "customer": np.full(len(rows), 7), "amount": amounts,
        "is_fraud": np.zeros(len(rows), np.int64),
    }  # fmt: skip
    TABLES.write_table(columns, folder / "log.parquet")
    lake.upload(folder / "log.parquet", key)


@IN_PROCESS
def test_a_stream_of_many_events_is_scored_by_its_definition(store: OnlineStore) -> None:
    consumer = StreamConsumer(feed_of(SALES), (LAYOUT,), InMemoryObjectStore(), store, TABLES)
    arrived = records()
    for first in range(0, len(arrived), BATCH):
        assert consumer.consume(arrived[first : first + BATCH]).rejected == ()
    found = scored(store)
    assert found.pop("said")["found"] is True
    assert found == expected()
    assert EVENTS * 0.9 < sum(segment.events for segment in listed(store)) < EVENTS * 1.2


@IN_PROCESS
def test_a_backfill_of_many_events_is_scored_by_its_definition(store: OnlineStore, tmp_path: Path) -> None:
    lake = Lake()
    log(lake.store, tmp_path)
    ports = replace(lake.ports, online=store)
    assert rebuild(LAYOUT, SALES, lambda: offline_tables(SALES, lake.store), TABLES, ports) == 1
    found = scored(store)
    assert found.pop("said")["found"] is True
    assert found == expected()
    assert sum(segment.events for segment in listed(store)) > EVENTS - most_events(1)
    assert rebuild(LAYOUT, SALES, lambda: offline_tables(SALES, lake.store), TABLES, ports) == 0


@IN_PROCESS
def test_many_events_of_a_data_set_are_scored_by_their_definition(store: OnlineStore, tmp_path: Path) -> None:
    lake, still = Lake(), SALES.model_copy(update={"streamed": False})
    log(lake.store, tmp_path, dataset_key("d1", VALID_ROWS))
    project = model(
        source=still, views=(SPEND.model_copy(update={"source": still}),), features=("amount",),
        request=("at", "customer", "amount"), defaults={}, on_demand=(),
    )  # fmt: skip
    assert materialize_features(project, {"sales": "d1"}, TABLES, replace(lake.ports, online=store))["views"] == {
        "spend": 1
    }
    found = scored(store)
    assert found.pop("said")["found"] is True
    assert found == expected()


def test_without_segments_so_many_events_would_be_refused(tmp_path: Path) -> None:
    lake, whole = Lake(), 10**9
    log(lake.store, tmp_path)
    ports = replace(lake.ports, online=InMemoryOnlineStore())
    with pytest.raises(ItemTooLarge, match="entity '7'"):
        rebuild(LAYOUT, SALES, lambda: offline_tables(SALES, lake.store), TABLES, ports, whole)
