"""A nullable column that is declared later: events from before it have null in it, offline and online alike."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from roost.adapters.in_memory import FixedClock
from roost.domain.event_codec import read
from roost.domain.windows import values
from roost.ports import PipelinePorts
from roost.spec import Aggregation, Column, ColumnType, LatestView, Model, Source, WindowView
from roost.spec.feeds import feed_of
from roost.spec.layouts import layout_of
from roost.workflows.backfill import backfill_features
from roost.workflows.feature_history import features_as_known
from roost.workflows.ingesting import ingest
from roost.workflows.streaming import StreamConsumer
from roost.workflows.validation import validate_data
from tests.unit.features.payments import Lake, csv_text, model
from tests.unit.streams.test_stream_consumer import CARD, PAYMENTS, TABLES, Bench, T, iso, record

ADDED = (
    Column(name="tip", type=ColumnType.DECIMAL, decimals=2, nullable=True),
    Column(name="tag", type=ColumnType.STRING, nullable=True),
    Column(name="online", type=ColumnType.BOOLEAN, nullable=True),
    Column(name="booked_at", type=ColumnType.TIMESTAMP, nullable=True),
    Column(name="terms", type=ColumnType.INTEGER, nullable=True),
    Column(name="group", type=ColumnType.STRING, nullable=True),
)
GROWN = Source(**{**dict(PAYMENTS), "columns": (*PAYMENTS.columns, *ADDED)})


def spend(source: Source, *more: Aggregation) -> WindowView:
    aggregations = (Aggregation(function="count"), Aggregation(function="sum", column="amount"), *more)
    return WindowView(name="spend", entity=CARD, source=source, windows=(timedelta(days=1),), aggregations=aggregations)


BEFORE = spend(PAYMENTS)
NOW = spend(
    GROWN, Aggregation(function="sum", column="tip"), Aggregation(function="mean", column="tip"),
    Aggregation(function="distinct", column="tag"), Aggregation(function="max", column="terms"),
    Aggregation(function="last", column="online"), Aggregation(function="distinct", column="booked_at"),
)  # fmt: skip
TIP = LatestView(
    name="tip", entity=CARD, source=GROWN, columns=("tip",), lookback=timedelta(days=9), max_age=timedelta(days=9)
)
GROUPED = WindowView(**{**dict(NOW), "name": "grouped", "entity": CARD.model_copy(update={"key": "group"})})
AT = T + 100


def project(*views: WindowView | LatestView) -> Model:
    request = ("paid_at", "card", "group", "amount")
    return model(source=GROWN, request=request, views=views, features=("amount",), defaults={}, on_demand=())


def consumer(bench: Bench, source: Source, *views: WindowView | LatestView) -> StreamConsumer:
    return replace(bench.consumer, feed=feed_of(source), layouts=tuple(map(layout_of, views)))


def ports(bench: Bench) -> PipelinePorts:
    return Lake(store=bench.lake, online=bench.online).ports


def online(bench: Bench, view: WindowView | LatestView) -> dict[str, float | None]:
    layout = layout_of(view)
    return values(layout, read(bench.online.items[layout.online_name, "a"].payload), AT)


def offline(bench: Bench, view: WindowView | LatestView) -> dict[str, float | None]:
    return features_as_known(view, "a", datetime.fromtimestamp(AT, UTC), TABLES, bench.lake)


@pytest.fixture
def bench() -> Bench:
    """A stream that was consumed for a while before the columns were declared."""
    bench = Bench()
    consumer(bench, PAYMENTS, BEFORE).consume([record(1, T), record(2, T + 1, amount=2.5)])
    return bench


NOTHING_KNOWN = {
    "spend__count_1d": 2.0, "spend__amount_sum_1d": 3.5, "spend__tip_sum_1d": 0.0, "spend__tip_mean_1d": None,
    "spend__tag_distinct_1d": 0.0, "spend__terms_max_1d": None, "spend__online_last_1d": None,
    "spend__booked_at_distinct_1d": 0.0,
}  # fmt: skip


def test_a_log_from_before_answers_with_nothing(bench: Bench) -> None:
    assert offline(bench, NOW) == NOTHING_KNOWN
    assert offline(bench, TIP) == {"tip__tip": None}


def test_nobody_had_a_key_that_was_not_there(bench: Bench) -> None:
    assert offline(bench, GROUPED)["grouped__count_1d"] == 0.0


def test_every_row_from_before_is_there_for_the_naive_way(bench: Bench, tmp_path: Path) -> None:
    (key,) = bench.lake.objects
    bench.lake.download(key, tmp_path / "log.parquet")
    rows = TABLES.histories([tmp_path / "log.parquet"], GROWN, layout_of(NOW), ["a"])["a"]
    assert [(row.values["amount"], row.values["tip"]) for row in rows] == [(1.0, None), (2.5, None)]


def test_a_view_that_starts_to_use_a_column_is_built_beside_the_one_from_before(bench: Bench) -> None:
    before = dict(bench.online.items)
    assert backfill_features(project(NOW, TIP), TABLES, ports(bench))["views"] == {"spend": 1, "tip": 1}
    assert layout_of(NOW).online_name != layout_of(BEFORE).online_name
    assert online(bench, NOW) == NOTHING_KNOWN
    assert {key: bench.online.items[key] for key in before} == before


def test_records_with_and_without_a_column_go_together(bench: Bench) -> None:
    full = {"tip": 0.5, "tag": "lunch", "online": True, "booked_at": "2023-11-15T00:00:00Z", "terms": 3}
    arrived = [record(3, T + 2, **full), record(4, T + 3), record(5, T + 4, tip=None)]
    consumed = consumer(bench, GROWN, NOW, TIP).consume(arrived)
    assert (consumed.rows, consumed.rejected) == (3, ())
    backfill_features(project(NOW, TIP), TABLES, ports(bench))
    assert online(bench, NOW) == offline(bench, NOW) == {
        "spend__count_1d": 5.0, "spend__amount_sum_1d": 6.5, "spend__tip_sum_1d": 0.5, "spend__tip_mean_1d": 0.5,
        "spend__tag_distinct_1d": 1.0, "spend__terms_max_1d": 3.0, "spend__online_last_1d": 1.0,
        "spend__booked_at_distinct_1d": 1.0,
    }  # fmt: skip
    assert online(bench, TIP) == offline(bench, TIP) == {"tip__tip": None}


def test_a_column_that_a_view_does_not_use_leaves_its_items_alone(bench: Bench) -> None:
    unchanged = spend(GROWN)
    consumer(bench, GROWN, unchanged).consume([record(3, T + 2, tip=0.5)])
    assert layout_of(unchanged).online_name == layout_of(BEFORE).online_name
    assert online(bench, unchanged) == {"spend__count_1d": 3.0, "spend__amount_sum_1d": 4.5}


def test_a_data_set_from_before_and_a_log_from_after_go_together() -> None:
    bench = Bench()
    lake = Lake(store=bench.lake, online=bench.online, clock=FixedClock(datetime.fromtimestamp(AT, UTC)))
    header = ("payment", "paid_at", "card", "shop", "amount", "is_fraud")
    lake.land(csv_text([(1, iso(T), "a", "x", 1, ""), (2, iso(T + 1), "a", "y", 2.5, "")], header))
    before = model(source=PAYMENTS, views=(BEFORE,), features=("amount",), defaults={}, on_demand=())
    validate_data(before, ingest(before, lake.tables, lake.ports)["datasets"], lake.tables, lake.ports)
    assert offline(bench, NOW) == NOTHING_KNOWN
    consumer(bench, GROWN, NOW).consume([record(3, T + 2, tip=0.5)])
    assert offline(bench, NOW)["spend__tip_sum_1d"] == 0.5
