"""How an entity's features came to be: every moment once, newest first, with the features by their definition."""

import json
from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from roost.domain.dataset import Dataset, LandedFile
from roost.domain.entity_events import MICROS
from roost.domain.naive_features import Known, naive_features
from roost.errors import NoDataFound, UnknownEntity
from roost.object_keys import MANIFEST, VALIDATION_REPORT, dataset_key
from roost.spec import Aggregation, Column, ColumnType, Entity, LatestView, Source, WindowView
from roost.spec.layouts import layout_of
from roost.workflows.feature_history import offline_tables
from roost.workflows.feature_timeline import Span, Timeline, feature_timeline
from roost.workflows.ingesting import definition
from tests.unit.features.payments import view as batch_view
from tests.unit.streams.test_backfill import SPEND, TABLES, T, dataset
from tests.unit.streams.test_stream_consumer import CARD, PAYMENTS, Bench, batches, history, record

ALL, ALWAYS = 10_000, Span()
RISK = WindowView(
    name="risk", entity=CARD, source=PAYMENTS, windows=(timedelta(days=1),), delay=timedelta(hours=2),
    aggregations=(Aggregation(function="mean", column="is_fraud"), Aggregation(function="distinct", column="shop")),
)  # fmt: skip
NEWEST = LatestView(name="newest", entity=CARD, source=PAYMENTS, columns=("amount",), lookback=timedelta(days=2),
                    max_age=timedelta(days=2))  # fmt: skip


@pytest.fixture(scope="module")
def streamed() -> Bench:
    bench = Bench()
    for batch in batches(history()):
        bench.consumer.consume(batch)
    return bench


def timeline(
    bench: Bench, key: str = "a", span: Span = ALWAYS, limit: int = ALL, view: WindowView | LatestView = SPEND
) -> Timeline:
    return feature_timeline(view, key, span, limit, TABLES, bench.lake)


def landed(bench: Bench, folder: Path, amounts: Sequence[float]) -> None:
    """A validated data set with its manifest: payments of card a up to a hundred seconds before T."""
    dataset(bench, folder, "d1", amounts)
    file = LandedFile("landing/payments/a.csv", "v", 1, "0", len(amounts), T - 200, T - 100)
    bench.lake.put(dataset_key("d1", MANIFEST), Dataset(definition(PAYMENTS), (file,)).to_json())
    bench.lake.put(
        dataset_key("d1", VALIDATION_REPORT), json.dumps({"validated_at": "2023-11-14", "stopped": ""}).encode()
    )


def rows(bench: Bench, view: WindowView | LatestView, key: str = "a") -> list[Known]:
    with offline_tables(PAYMENTS, bench.lake) as paths:
        return list(TABLES.histories(paths, PAYMENTS, layout_of(view), [key])[key])


@pytest.mark.parametrize("view", [SPEND, RISK, NEWEST], ids=lambda view: view.name)
def test_features_are_those_of_the_definition_just_after_each_moment(
    streamed: Bench, view: WindowView | LatestView
) -> None:
    found, known = timeline(streamed, view=view), rows(streamed, view)
    assert len(found.moments) == found.total > 50
    for moment in found.moments:
        assert moment.features == naive_features(layout_of(view), known, moment.known + 1)


def test_every_version_of_every_event_is_there_once_however_often_it_was_delivered(streamed: Bench) -> None:
    found, delivered = timeline(streamed), defaultdict(set)
    for row in rows(streamed, SPEND):
        delivered[row.event].add((row.time, row.known))
    assert found.total < len(rows(streamed, SPEND))
    assert {(moment.event, (moment.time, moment.known)) for moment in found.moments} == {
        (event, version) for event, versions in delivered.items() for version in versions
    }


def test_a_correction_is_a_moment_of_its_own() -> None:
    bench = Bench()
    bench.consumer.consume([record(7, amount=10.0), record(7, lag=3_600, amount=1.0)])
    later, first = timeline(bench).moments
    assert (first.event, first.columns, first.features["spend__amount_sum_4h"]) == ("7", {"amount": 10.0}, 10.0)
    assert (later.event, later.columns, later.features["spend__amount_sum_4h"]) == ("7", {"amount": 1.0}, 1.0)
    assert (later.known - first.known, later.time) == (3_599 * MICROS, first.time)


def test_null_is_none_whichever_file_it_comes_from(tmp_path: Path) -> None:
    bench = Bench()
    bench.consumer.consume([record(7, amount=None)])
    landed(bench, tmp_path, [1.0])
    assert [moment.columns["amount"] for moment in timeline(bench).moments] == [None, 1.0]


def test_a_row_in_the_data_set_and_in_the_log_is_one_moment(tmp_path: Path) -> None:
    bench = Bench()
    bench.consumer.consume([record(500, T - 100, lag=0), record(9, T)])
    landed(bench, tmp_path, [1.0])
    assert [moment.event for moment in timeline(bench).moments] == ["9", "500"]


def test_the_newest_come_first_up_to_the_limit_and_all_are_counted(streamed: Bench) -> None:
    full, found = timeline(streamed), timeline(streamed, limit=3)
    assert [moment.known for moment in full.moments] == sorted((m.known for m in full.moments), reverse=True)
    assert (found.moments, found.total) == (full.moments[:3], full.total)


def test_a_span_has_its_start_and_not_its_end(streamed: Bench) -> None:
    known = sorted({moment.known for moment in timeline(streamed).moments})
    since, until = (datetime.fromtimestamp(known[place] / MICROS, UTC) for place in (5, 9))
    found = timeline(streamed, span=Span(since, until))
    assert sorted({moment.known for moment in found.moments}) == known[5:9]


def test_a_span_in_which_nothing_became_known_is_empty(streamed: Bench) -> None:
    assert timeline(streamed, span=Span(until=datetime(2001, 1, 1, tzinfo=UTC))) == Timeline((), 0)


def test_a_key_that_nobody_knows_says_so(streamed: Bench) -> None:
    with pytest.raises(UnknownEntity, match="no event of source 'payments' has card 'z'.* roost data upload payments"):
        timeline(streamed, "z")


def test_an_empty_lake_says_so() -> None:
    with pytest.raises(NoDataFound, match="land data and train first"):
        timeline(Bench())


NUMBERED = Source(
    name="payments", event_time="paid_at",
    columns=(
        Column(name="paid_at", type=ColumnType.TIMESTAMP), Column(name="payment", type=ColumnType.INTEGER),
        Column(name="amount", type=ColumnType.DECIMAL, decimals=2),
    ),
)  # fmt: skip
BY_NUMBER = batch_view().model_copy(update={"source": NUMBERED, "entity": Entity(name="payment", key="payment")})


def test_a_key_may_be_a_number_and_rows_without_ids_go_by_their_place(tmp_path: Path) -> None:
    bench = Bench()
    landed(bench, tmp_path, [1.0, 2.0])
    (moment,) = timeline(bench, "0501", view=BY_NUMBER).moments
    assert (moment.event, moment.columns, moment.features["card_spend__amount_sum_4h"]) == ("1", {"amount": 2.0}, 2.0)


@pytest.mark.parametrize("key", ["a", "", "5.0", "9" * 30])
def test_a_key_that_is_no_number_says_so(key: str) -> None:
    with pytest.raises(ValueError, match="payment of view card_spend is an integer of 64 bits"):
        timeline(Bench(), key, view=BY_NUMBER)
