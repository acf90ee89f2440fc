"""A backfill equals the log, drops what never happened, and loses nothing of a stream that goes on."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from roost.adapters.in_memory import InMemoryOnlineStore
from roost.domain.event_codec import read, unpack
from roost.domain.windows import values
from roost.errors import NoDataFound
from roost.object_keys import VALID_ROWS, dataset_key
from roost.ports import OnlineItem, PipelinePorts
from roost.spec import Aggregation, Model, WindowView
from roost.spec.layouts import layout_of
from roost.workflows.backfill import backfill_features
from roost.workflows.feature_history import features_as_known
from roost.workflows.materialization import materialize_features
from roost.workflows.streaming import StreamConsumer
from tests.unit.features.payments import Lake, model
from tests.unit.streams.test_stream_consumer import CARD, PAYMENTS, TABLES, Bench, T, batches, feed_of, history, record

SPEND = WindowView(
    name="spend", entity=CARD, source=PAYMENTS, windows=(timedelta(hours=4), timedelta(days=1)),
    aggregations=(Aggregation(function="count"), Aggregation(function="sum", column="amount")),
)  # fmt: skip
LAYOUT = layout_of(SPEND)


def project() -> Model:
    return model(source=PAYMENTS, views=(SPEND,), features=("amount",), defaults={}, on_demand=())


def ports(bench: Bench) -> PipelinePorts:
    return Lake(store=bench.lake, online=bench.online).ports


def consumer(bench: Bench) -> StreamConsumer:
    return replace(bench.consumer, feed=feed_of(PAYMENTS), layouts=(LAYOUT,))


@pytest.fixture
def streamed() -> Bench:
    bench = Bench()
    for batch in batches(history()):
        consumer(bench).consume(batch)
    return bench


def events(bench: Bench) -> dict[str, Any]:
    first = (T - 86_400) * 10**6
    return {
        entity: [event for event in unpack(item.payload) if event.time >= first]
        for (name, entity), item in bench.online.items.items()
        if name == LAYOUT.online_name
    }


def test_a_lost_store_is_rebuilt_from_the_log(streamed: Bench) -> None:
    expected = events(streamed)
    streamed.online.items.clear()
    answer = backfill_features(project(), TABLES, ports(streamed))
    assert answer["views"] == {"spend": 2}
    assert events(streamed) == expected


def test_doing_it_again_changes_nothing(streamed: Bench) -> None:
    backfill_features(project(), TABLES, ports(streamed))
    assert backfill_features(project(), TABLES, ports(streamed))["views"] == {"spend": 0}


def test_what_never_happened_is_dropped(streamed: Bench) -> None:
    backfill_features(project(), TABLES, ports(streamed))
    good = events(streamed)
    other = Bench(online=streamed.online)
    consumer(other).consume([record(77_777, T - 5)])
    assert events(streamed) != good
    backfill_features(project(), TABLES, ports(streamed))
    assert events(streamed) == good


class Busy(InMemoryOnlineStore):
    """Before the first swap of a backfill the stream brings one more event."""

    bench: Bench
    came = False

    def swap(self, items: Sequence[OnlineItem]) -> list[OnlineItem]:
        if not self.came:
            self.came = True
            consumer(self.bench).consume([record(88_888, T - 7)])
        return super().swap(items)


def test_an_event_that_comes_at_the_seam_counts_once(streamed: Bench) -> None:
    busy = Busy()
    streamed.online, busy.bench = busy, streamed
    backfill_features(project(), TABLES, ports(streamed))
    assert len([event for event in events(streamed)["a"] if event.time == (T - 7) * 10**6]) == 1


def test_history_answers_as_known_then(streamed: Bench) -> None:
    late = datetime.fromtimestamp(T + 20_000, UTC)
    for card in "ab":
        item = streamed.online.items[LAYOUT.online_name, card]
        assert features_as_known(SPEND, card, late, TABLES, streamed.lake) == values(
            LAYOUT, read(item.payload), T + 20_000
        )


def test_without_history_it_says_so() -> None:
    with pytest.raises(NoDataFound, match="land data and train first"):
        backfill_features(project(), TABLES, ports(Bench()))


def dataset(bench: Bench, folder: Path, name: str, amounts: Sequence[float], last: float = T - 100) -> dict[str, str]:
    """Payments of card a, one a minute up to ``last``, as a validated data set without times of arrival."""
    count = len(amounts)
    times = np.array([(last - 60 * (count - 1 - place)) * 10**6 for place in range(count)])
    columns = {
        "payment": np.arange(500, 500 + count),
        "paid_at": times.astype("datetime64[us]"),
        "arrived_at": np.full(count, np.datetime64("NaT"), dtype="datetime64[us]"),
        "card": np.array(["a"] * count, dtype=object),
        "shop": np.array(["x"] * count, dtype=object),
        "amount": np.array(amounts),
        "is_fraud": np.zeros(count, np.int64),
    }
    TABLES.write_table(columns, folder / "valid.parquet")
    bench.lake.upload(folder / "valid.parquet", dataset_key(name, VALID_ROWS))
    return {"payments": name}


def total(bench: Bench) -> float | None:
    return values(LAYOUT, read(bench.online.items[LAYOUT.online_name, "a"].payload), T)["spend__amount_sum_4h"]


def test_a_restated_data_set_replaces_what_was_materialised(tmp_path: Path) -> None:
    bench = Bench()
    for name, amounts in (("d1", [10.0, 20.0]), ("d2", [1.0, 2.0])):
        materialize_features(project(), dataset(bench, tmp_path, name, amounts), TABLES, ports(bench))
    assert total(bench) == 3.0


def test_an_older_data_set_leaves_newer_items_alone(tmp_path: Path) -> None:
    bench = Bench()
    materialize_features(project(), dataset(bench, tmp_path, "d1", [10.0, 20.0]), TABLES, ports(bench))
    older = dataset(bench, tmp_path, "d2", [1.0], last=T - 3_600)
    assert materialize_features(project(), older, TABLES, ports(bench))["views"] == {"spend": 0}
    assert total(bench) == 30.0


def test_what_a_stream_brought_stays_when_a_data_set_is_materialised(tmp_path: Path) -> None:
    bench = Bench()
    consumer(bench).consume([record(9, T - 50, amount=5.0), record(501, T - 100, amount=7.0)])
    materialize_features(project(), dataset(bench, tmp_path, "d1", [10.0, 20.0]), TABLES, ports(bench))
    assert total(bench) == 10.0 + 7.0 + 5.0
    assert materialize_features(project(), {"payments": "d1"}, TABLES, ports(bench))["views"] == {"spend": 0}
