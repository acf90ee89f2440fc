"""To when a view is complete: each writer says so, nothing goes back, and nobody's item is in the way."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from roost.adapters.in_memory import InMemoryOnlineStore, InMemoryStreamLags
from roost.domain.entity_events import MICROS
from roost.domain.event_codec import read
from roost.spec import FeatureView
from roost.workflows.backfill import backfill_features
from roost.workflows.freshness import Freshness, freshness, mark
from roost.workflows.materialization import materialize_features
from tests.unit.features.payments import Lake
from tests.unit.features.payments import view as batch_view
from tests.unit.features.test_several_sources import project as several_sources
from tests.unit.streams.test_backfill import LAYOUT, SPEND, TABLES, T, consumer, dataset, ports, project
from tests.unit.streams.test_stream_consumer import Bench, record

DAY = 86_400 * MICROS
CARDS = np.array(["a"], dtype=object)
NOW = datetime.fromtimestamp(T + 60, UTC)


def of(online: InMemoryOnlineStore, view: FeatureView = SPEND, **lags: float) -> Freshness:
    (found,) = freshness([view], online, InMemoryStreamLags(lags), NOW)
    return found


def moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


@pytest.fixture
def bench() -> Bench:
    return Bench()


def test_a_view_that_nobody_wrote_was_never_complete(bench: Bench) -> None:
    found = of(bench.online)
    assert (found.complete_to, found.age(NOW), found.online_items) == (None, None, LAYOUT.online_name)


def test_a_stream_completes_a_view_to_the_arrival_of_its_newest_record(bench: Bench) -> None:
    consumer(bench).consume([record(1, T, lag=30), record(2, T, lag=10)])
    found = of(bench.online)
    assert (found.complete_to, found.age(NOW)) == (moment(T + 30), 30.0)


def test_what_was_rejected_has_been_seen_too(bench: Bench) -> None:
    consumer(bench).consume([record(1, T, lag=5, amount="much")])
    assert of(bench.online).complete_to == moment(T + 5)


def test_an_empty_batch_says_nothing(bench: Bench) -> None:
    consumer(bench).consume([])
    assert of(bench.online).complete_to is None


def test_materialisation_completes_a_view_to_the_second_after_the_last_event(bench: Bench, tmp_path: Path) -> None:
    answer = materialize_features(project(), dataset(bench, tmp_path, "d1", [1.0, 2.0]), TABLES, ports(bench))
    assert of(bench.online).complete_to == datetime.fromisoformat(answer["as_of"]["payments"]) == moment(T - 99)


def test_a_backfill_completes_a_view_as_it_says(bench: Bench) -> None:
    consumer(bench).consume([record(1, T, lag=30)])
    bench.online.items.clear()
    answer = backfill_features(project(), TABLES, ports(bench))
    assert of(bench.online).complete_to == datetime.fromisoformat(answer["complete_to"]["payments"]) == moment(T + 31)


def test_an_older_data_set_does_not_take_a_view_back(bench: Bench, tmp_path: Path) -> None:
    consumer(bench).consume([record(1, T, lag=30)])
    materialize_features(project(), dataset(bench, tmp_path, "d1", [1.0]), TABLES, ports(bench))
    assert of(bench.online).complete_to == moment(T + 30)


@given(st.lists(st.integers(1, T), min_size=1))
def test_a_marker_is_the_newest_of_all(moments: list[int]) -> None:
    online = InMemoryOnlineStore()
    for each in moments:
        mark(online, {LAYOUT: each})
    assert of(online).complete_to == moment(max(moments))


def test_an_entity_whose_key_is_an_empty_text_keeps_its_item(bench: Bench) -> None:
    consumer(bench).consume([record(1, card="")])
    assert len(read(bench.online.items[LAYOUT.online_name, ""].payload).times) == 1
    assert of(bench.online).complete_to == moment(T + 1)


def test_a_streamed_source_has_a_lag_and_another_has_none(bench: Bench) -> None:
    assert (of(bench.online, payments=2.5).stream_lag, of(bench.online).stream_lag) == (2.5, None)
    found = of(bench.online, batch_view(), payments=2.5)
    assert (found.streamed, found.stream_lag) == (False, None)


def test_views_of_several_sources_are_complete_to_the_end_of_their_own(tmp_path: Path) -> None:
    lake, both = Lake(), several_sources()
    moments = {
        name: np.array([T * MICROS + ago], dtype="datetime64[us]") for name, ago in (("pay", 0), ("limit", -DAY))
    }
    pay = {"payment_id": np.array([1]), "paid_at": moments["pay"], "card": CARDS, "amount": np.array([1.0])}
    limit = {"card": CARDS, "changed_at": moments["limit"], "booked_at": moments["limit"], "limit": np.array([9.0])}
    datasets = lake.put_valid(tmp_path, pay) | lake.put_valid(tmp_path, limit, "d2", "card_limits")
    materialize_features(both, datasets, TABLES, lake.ports)
    found = freshness(both.views, lake.online, InMemoryStreamLags(), NOW)
    assert {each.view: each.complete_to for each in found} == {
        "card_spend": moment(T + 1), "card_limit": moment(T + 1 - 86_400), "limit_changes": moment(T + 1 - 86_400),
    }  # fmt: skip


def test_views_have_markers_of_their_own(bench: Bench) -> None:
    other = SPEND.model_copy(update={"name": "other", "tile": timedelta(hours=2)})
    mark(bench.online, {LAYOUT: T})
    assert of(bench.online, other).complete_to is None
