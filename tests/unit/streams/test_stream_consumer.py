"""The stream consumer: exactly once in effect, whatever is delivered how often, by whom; poison is put aside."""

import hashlib
import json
import random
import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from roost.adapters.duckdb_tables import DuckDBTables
from roost.adapters.in_memory import InMemoryObjectStore, InMemoryOnlineStore
from roost.domain.arrivals import StreamRecord
from roost.domain.event_codec import NOTHING, read
from roost.domain.windows import values
from roost.errors import DependencyUnavailable
from roost.object_keys import event_log_key
from roost.ports import OnlineItem
from roost.spec import Aggregation, Column, ColumnType, Entity, LatestView, Source, WindowView
from roost.spec.feeds import feed_of
from roost.spec.layouts import layout_of
from roost.workflows.streaming import StreamConsumer

T = 1_700_000_000
MICROS = 1_000_000
PAYMENTS = Source(
    name="payments",
    event_time="paid_at",
    event_id="payment",
    ingested_at="arrived_at",
    streamed=True,
    columns=(
        Column(name="payment", type=ColumnType.INTEGER),
        Column(name="paid_at", type=ColumnType.TIMESTAMP),
        Column(name="arrived_at", type=ColumnType.TIMESTAMP, nullable=True),
        Column(name="card", type=ColumnType.STRING, nullable=True),
        Column(name="shop", type=ColumnType.STRING, nullable=True, allowed=("x", "y")),
        Column(name="amount", type=ColumnType.DECIMAL, decimals=2, minimum=0, nullable=True),
        Column(name="is_fraud", type=ColumnType.BOOLEAN, nullable=True),
    ),
)
CARD = Entity(name="card", key="card")
WINDOWS = layout_of(
    WindowView(
        name="spend", entity=CARD, source=PAYMENTS, windows=(timedelta(hours=4), timedelta(days=1)),
        aggregations=(
            Aggregation(function="count"), Aggregation(function="sum", column="amount"),
            Aggregation(function="distinct", column="shop"), Aggregation(function="stddev", column="amount"),
        ),
    )
)  # fmt: skip
RISK = layout_of(
    WindowView(
        name="risk", entity=CARD, source=PAYMENTS, windows=(timedelta(days=1),), delay=timedelta(hours=2),
        aggregations=(Aggregation(function="mean", column="is_fraud"),),
    )
)  # fmt: skip
NEWEST = layout_of(
    LatestView(name="newest", entity=CARD, source=PAYMENTS, columns=("amount",), lookback=timedelta(days=2),
               max_age=timedelta(days=2))
)  # fmt: skip
LAYOUTS = (WINDOWS, RISK, NEWEST)
TABLES = DuckDBTables()


def record(number: int, at: float = T, lag: float = 1, **fields: Any) -> StreamRecord:
    """A payment of 1.00 by card a, that arrives a second after it happened."""
    document = {"payment": number, "paid_at": iso(at), "card": "a", "shop": "x", "amount": 1.0, **fields}
    return StreamRecord(f"shard-{number:06}", round((at + lag) * MICROS), json.dumps(document).encode())


def iso(seconds: float) -> str:
    return str(np.datetime64(round(seconds * MICROS), "us")) + "Z"


@dataclass
class Bench:
    """A consumer in memory."""

    lake: InMemoryObjectStore = field(default_factory=InMemoryObjectStore)
    online: InMemoryOnlineStore = field(default_factory=InMemoryOnlineStore)

    @property
    def consumer(self) -> StreamConsumer:
        return StreamConsumer(feed_of(PAYMENTS), LAYOUTS, self.lake, self.online, TABLES)

    def features(self, at: float, card: str = "a") -> dict[str, float | None]:
        found: dict[str, float | None] = {}
        for layout in LAYOUTS:
            item = self.online.items.get((layout.online_name, card))
            found |= values(layout, read(item.payload) if item else NOTHING, at)
        return found

    def recomputed(self, folder: Path, at: float, card: str = "a") -> dict[str, float | None]:
        """From the offline log alone."""
        tables = []
        for place, key in enumerate(sorted(self.lake.objects)):
            tables.append(folder / f"{place}.parquet")
            self.lake.download(key, tables[-1])
        found: dict[str, float | None] = {}
        for layout in LAYOUTS:
            asked = (np.array([card], dtype=object), np.array([round(at * MICROS)]))
            computed = TABLES.features_at(tables, PAYMENTS, layout, *asked)
            found |= {name: None if np.isnan(column[0]) else float(column[0]) for name, column in computed.items()}
        return found


@pytest.fixture
def bench() -> Bench:
    return Bench()


def payloads(bench: Bench) -> dict[tuple[str, str], bytes]:
    return {key: item.payload for key, item in bench.online.items.items()}


def history() -> list[StreamRecord]:
    """Two days of payments of two cards: late, out of order, corrected, doubled."""
    draw = random.Random(3)
    records = [
        record(number, T - draw.randrange(2 * 86_400), draw.choice([0, 1, 60, 9_000]), card=draw.choice("ab"),
               amount=draw.choice([None, 2.5, draw.randrange(999) / 100]), shop=draw.choice(["x", "y", None]))
        for number in range(120)
    ]  # fmt: skip
    late = [
        replace(
            one, place=f"{one.place}-again", arrived=one.arrived + 7_200 * MICROS,
            body=one.body.replace(b'"shop"', b'"is_fraud": true, "shop"'),
        )
        for one in draw.sample(records, 40)
    ]  # fmt: skip
    doubled = draw.sample(records, 30)
    return sorted([*records, *late, *doubled], key=lambda one: one.arrived)


def batches(records: Sequence[StreamRecord], size: int = 25) -> Iterable[Sequence[StreamRecord]]:
    return (records[start : start + size] for start in range(0, len(records), size))


def test_the_next_score_uses_an_event(bench: Bench) -> None:
    consumed = bench.consumer.consume([record(1, amount=12.34)])
    assert (consumed.rows, consumed.written, consumed.rejected) == (1, 3, ())
    found = bench.features(T + 2)
    assert (found["spend__count_4h"], found["spend__amount_sum_4h"], found["newest__amount"]) == (1.0, 12.34, 12.34)


def test_the_online_store_equals_the_log_recomputed(bench: Bench, tmp_path: Path) -> None:
    for batch in batches(history()):
        bench.consumer.consume(batch)
    for card in "ab":
        for at in (T + 9_001, T + 20_000, T + 2 * 86_400):
            assert bench.features(at, card) == bench.recomputed(tmp_path, at, card)
    assert bench.features(T + 9_001)["risk__is_fraud_mean_1d"] == 1.0


def test_any_order_any_number_of_times_is_the_same(bench: Bench) -> None:
    for batch in batches(history()):
        bench.consumer.consume(batch)
    again, shuffled = Bench(), [*history(), *history()]
    random.Random(5).shuffle(shuffled)
    for batch in batches(shuffled, 7):
        again.consumer.consume(batch)
    assert payloads(again) == payloads(bench)


def test_a_batch_that_is_delivered_again_writes_nothing(bench: Bench) -> None:
    bench.consumer.consume(history()[:25])
    log, items = dict(bench.lake.objects), dict(bench.online.items)
    assert bench.consumer.consume(history()[:25]).written == 0
    assert bench.online.items == items
    assert set(bench.lake.objects) == set(log)


class Dying(InMemoryOnlineStore):
    """Stores some items of a swap, then dies."""

    left = 2

    def swap(self, items: Sequence[OnlineItem]) -> list[OnlineItem]:
        for item in items:
            if not self.left:
                raise DependencyUnavailable("killed")
            self.left -= 1
            super().swap([item])
        return []


def test_a_consumer_that_is_killed_in_a_batch_changes_nothing_more_when_it_comes_again(bench: Bench) -> None:
    bench.consumer.consume(history()[:25])
    killed = Bench(online=Dying())
    with pytest.raises(DependencyUnavailable):
        killed.consumer.consume(history()[:25])
    killed.online = InMemoryOnlineStore(killed.online.items)
    killed.consumer.consume(history()[:25])
    assert {k: i.payload for k, i in killed.online.items.items()} == {
        k: i.payload for k, i in bench.online.items.items()
    }


def test_writers_that_race_on_one_entity_lose_nothing(bench: Bench) -> None:
    def write(first: int) -> None:
        for number in range(first, first + 20):
            bench.consumer.consume([record(number, T + number)])

    writers = [threading.Thread(target=write, args=(start,)) for start in (0, 100, 200)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert bench.features(T + 1_000)["spend__count_4h"] == 60.0


def test_the_log_has_a_file_for_each_batch_under_its_day(bench: Bench) -> None:
    bench.consumer.consume([record(1), record(2)])
    ((key, body),) = bench.lake.objects.items()
    assert key == event_log_key("payments", "2023-11-14", f"shard-000001-{hashlib.sha256(body).hexdigest()[:16]}")


def test_a_batch_that_begins_alike_and_holds_more_is_another_file(bench: Bench) -> None:
    bench.consumer.consume([record(1), record(2)])
    first = dict(bench.lake.objects)
    bench.consumer.consume([record(1), record(2), record(3)])
    assert len(bench.lake.objects) == 2
    assert first.items() <= bench.lake.objects.items()


def test_events_that_nothing_can_reach_are_trimmed(bench: Bench) -> None:
    bench.consumer.consume([record(1, T - 40 * 86_400), record(2, T)])
    item = bench.online.items[WINDOWS.online_name, "a"]
    assert len(read(item.payload).times) == 1


@pytest.mark.parametrize(
    ("bad", "told", "field"),
    [
        (record(9, payment=None), "payment is required", "payment"),
        (record(9, paid_at=None), "paid_at is required", "paid_at"),
        (record(9, paid_at="yesterday"), "must be an ISO 8601 time", "paid_at"),
        (record(9, T + 3_600, lag=-3_600), "lies 3600 s after the record's arrival", "paid_at"),
        (record(9, amount="much"), "amount must be a number", "amount"),
        (record(9, amount=-1), "at least 0", "amount"),
        (record(9, amount=1e18), "exceeds 64 bits", "amount"),
        (record(9, shop="z"), "one of x, y", "shop"),
        (record(9, card="c" * 300), "300 characters", "card"),
        (StreamRecord("p", T * MICROS, b"{"), "not valid JSON", ""),
        (StreamRecord("p", T * MICROS, b"[1]"), "must be a JSON object", ""),
        (StreamRecord("p", T * MICROS, b"\xff"), "not valid JSON", ""),
    ],
)
def test_poison_is_put_aside_with_its_reason_and_the_rest_goes_on(
    bench: Bench, bad: StreamRecord, told: str, field: str
) -> None:
    consumed = bench.consumer.consume([record(1), bad, record(2, T + 1)])
    (rejected,) = consumed.rejected
    assert (told in rejected.reason, rejected.field, rejected.record) == (True, field, bad)
    assert bench.features(T + 5)["spend__count_4h"] == 2.0


def test_a_field_that_nobody_declared_is_left_out(bench: Bench) -> None:
    assert bench.consumer.consume([record(1, colour="red")]).rejected == ()


def test_an_event_without_an_entity_is_logged_only(bench: Bench) -> None:
    assert bench.consumer.consume([record(1, card=None)]).written == 0
    assert len(bench.lake.objects) == 1


def test_nothing_is_nothing(bench: Bench) -> None:
    assert bench.consumer.consume([]).rows == 0
    assert not bench.lake.objects
