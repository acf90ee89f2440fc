"""Entities whose events fill segments, through the consumer and a backfill: at a bound of a few events."""

import random
import threading
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from roost.adapters.in_memory import InMemoryOnlineStore
from roost.domain.segments import Segment, segment_view, without_segments
from roost.domain.view_layout import ViewLayout
from roost.domain.windows import values
from roost.errors import DependencyUnavailable, IncompleteAccount
from roost.ports import OnlineItem
from roost.workflows.account_reading import stored_events
from roost.workflows.backfill import rebuild
from roost.workflows.feature_history import offline_tables
from roost.workflows.sealing import MARGIN
from roost.workflows.streaming import StreamConsumer
from tests.unit.streams.test_backfill import LAYOUT, consumer, ports
from tests.unit.streams.test_stream_consumer import (
    LAYOUTS,
    NEWEST,
    PAYMENTS,
    TABLES,
    WINDOWS,
    Bench,
    T,
    batches,
    history,
    record,
)

MOST = 6
MOMENTS = (T + 9_001, T + 20_000, T + 2 * 86_400)


def sealing(bench: Bench) -> StreamConsumer:
    return replace(bench.consumer, most=MOST)


def listed(bench: Bench, layout: ViewLayout = WINDOWS, card: str = "a") -> tuple[Segment, ...]:
    return without_segments(bench.online.items[layout.online_name, card].payload)[0]


def features(
    bench: Bench, at: float, card: str = "a", layouts: Sequence[ViewLayout] = LAYOUTS
) -> dict[str, float | None]:
    return {
        name: value
        for layout in layouts
        for name, value in values(layout, stored_events(bench.online, layout, card, at)[1], at).items()
    }


def rebuilt(bench: Bench) -> int:
    return rebuild(LAYOUT, PAYMENTS, lambda: offline_tables(PAYMENTS, bench.lake), TABLES, ports(bench), MOST)


@pytest.fixture
def bench() -> Bench:
    return Bench()


@pytest.fixture
def streamed() -> Bench:
    """Two cards' history in one view, most of it in segments."""
    bench = Bench()
    for batch in batches(history(), 60):
        replace(consumer(bench), most=MOST).consume(batch)
    assert min(len(listed(bench, LAYOUT, card)) for card in "ab") > 3
    return bench


@pytest.mark.parametrize("size", [7, 1_000])
def test_what_is_cut_answers_what_the_log_does(bench: Bench, tmp_path: Path, size: int) -> None:
    for batch in batches(history(), size):
        sealing(bench).consume(batch)
    assert listed(bench)
    for card in "ab":
        for at in MOMENTS:
            assert features(bench, at, card) == bench.recomputed(tmp_path, at, card)


def test_any_order_any_number_of_times_answers_the_same(bench: Bench) -> None:
    for batch in batches(history()):
        sealing(bench).consume(batch)
    again, shuffled = Bench(), [*history(), *history()]
    random.Random(5).shuffle(shuffled)
    for batch in batches(shuffled, 7):
        sealing(again).consume(batch)
    assert all(features(again, at, card) == features(bench, at, card) for at in MOMENTS for card in "ab")


def test_latest_values_need_no_segments(bench: Bench) -> None:
    sealing(bench).consume([record(number, T + number) for number in range(30)])
    assert listed(bench)
    assert not listed(bench, NEWEST)


def test_a_main_item_never_holds_more_than_its_bound(bench: Bench) -> None:
    for batch in batches(history(), 3):
        sealing(bench).consume(batch)
        for layout in (WINDOWS, LAYOUT):
            item = bench.online.items.get((layout.online_name, "a"))
            if item:
                _, own = without_segments(item.payload)
                assert bench.online.items[layout.online_name, "a"].keep_for is None
                assert int.from_bytes(own[2:6], "little") <= MOST


class Dying(InMemoryOnlineStore):
    """Dies where a main item with new segments is to be written: they are stored, it is not."""

    def swap(self, items: Sequence[OnlineItem]) -> list[OnlineItem]:
        if any(without_segments(item.payload)[0] for item in items):
            raise DependencyUnavailable("killed")
        return super().swap(items)


def test_a_consumer_that_is_killed_after_its_segments_leaves_nothing_wrong(bench: Bench) -> None:
    records = [record(number, T + number) for number in range(10)]
    killed = Bench(online=Dying())
    with pytest.raises(DependencyUnavailable):
        sealing(killed).consume(records)
    orphans = set(killed.online.items)
    assert orphans
    assert (WINDOWS.online_name, "a") not in orphans
    killed.online = InMemoryOnlineStore(killed.online.items)
    for one in (bench, killed):
        sealing(one).consume(records)
    assert features(killed, T + 60) == features(bench, T + 60)
    assert set(killed.online.items) == set(bench.online.items)


def test_writers_that_race_while_they_seal_lose_nothing(bench: Bench) -> None:
    def write(first: int) -> None:
        for number in range(first, first + 20):
            sealing(bench).consume([record(number, T + number)])

    writers = [threading.Thread(target=write, args=(start,)) for start in (0, 100, 200)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert features(bench, T + 1_000)["spend__count_4h"] == 60.0


def test_a_segment_outlives_the_last_window_that_reaches_it(bench: Bench) -> None:
    sealing(bench).consume([record(number, T + number) for number in range(30)])
    segment = bench.online.items[segment_view(WINDOWS.online_name, listed(bench)[-1]), "a"]
    assert segment.as_of == listed(bench)[-1].last // 10**6
    assert segment.keep_for == WINDOWS.reach + WINDOWS.tile + MARGIN


def test_segments_that_nothing_can_reach_are_no_longer_listed(bench: Bench) -> None:
    sealing(bench).consume([record(number, T + number) for number in range(30)])
    before = listed(bench)
    sealing(bench).consume([record(99, T + 2 * 86_400)])
    assert before
    assert listed(bench) == ()


def test_only_segments_within_reach_are_asked_for(bench: Bench) -> None:
    for number in range(40):
        sealing(bench).consume([record(number, T + 3_600 * number)])
    seen: list[tuple[str, str]] = []

    class Watched(InMemoryOnlineStore):
        def read(self, keys, fresh=False):  # type: ignore[no-untyped-def]
            seen.extend(keys)
            return super().read(keys, fresh)

    bench.online = Watched(bench.online.items)
    features(bench, T + 3_600 * 41, layouts=[WINDOWS])
    asked, first = {view for view, _ in seen}, (T + 3_600 * (41 - 24)) * 10**6
    for segment in listed(bench):
        assert (segment_view(WINDOWS.online_name, segment) in asked) == (segment.last >= first)


def test_a_lost_segment_is_said_where_a_window_reaches_it(bench: Bench) -> None:
    for number in range(40):
        sealing(bench).consume([record(number, T + 600 * number)])
    out_of_its_reach = T + 86_400 + 2 * 3_600
    expected = features(bench, out_of_its_reach)
    del bench.online.items[segment_view(WINDOWS.online_name, listed(bench)[0]), "a"]
    with pytest.raises(IncompleteAccount, match="roost features backfill"):
        features(bench, T + 600 * 41)
    assert features(bench, out_of_its_reach) == expected
    assert expected["spend__count_1d"]


class Behind(InMemoryOnlineStore):
    """Shows segments to fresh reads only, as an eventually consistent replica may."""

    def read(self, keys, fresh=False):  # type: ignore[no-untyped-def]
        found = super().read(keys, fresh)
        return {key: item for key, item in found.items() if fresh or ":" not in key[0]}


def test_a_segment_that_a_replica_does_not_show_yet_is_asked_for_freshly(bench: Bench) -> None:
    sealing(bench).consume([record(number, T + number) for number in range(30)])
    expected = features(bench, T + 60)
    bench.online = Behind(bench.online.items)
    assert features(bench, T + 60) == expected


def test_a_lost_store_is_rebuilt_in_segments(streamed: Bench) -> None:
    expected = {card: features(streamed, T + 10, card, [LAYOUT]) for card in "ab"}
    streamed.online.items.clear()
    assert rebuilt(streamed) == 2
    assert listed(streamed, LAYOUT)
    assert {card: features(streamed, T + 10, card, [LAYOUT]) for card in "ab"} == expected
    assert rebuilt(streamed) == 0


def test_what_is_cut_otherwise_and_holds_the_same_is_not_rewritten(streamed: Bench) -> None:
    rebuilt(streamed)  # the log's end is later than some of what the stream's items could still reach
    once = dict(streamed.online.items)
    assert (
        rebuild(LAYOUT, PAYMENTS, lambda: offline_tables(PAYMENTS, streamed.lake), TABLES, ports(streamed), MOST + 3)
        == 0
    )
    assert streamed.online.items == once


def test_what_never_happened_disappears_from_segments_too(streamed: Bench) -> None:
    good = features(streamed, T + 10, layouts=[LAYOUT])
    other = Bench(online=streamed.online)
    replace(consumer(other), most=MOST).consume([record(77_000 + n, T - 5_000 + n) for n in range(20)])
    assert features(streamed, T + 10, layouts=[LAYOUT]) != good
    rebuilt(streamed)
    assert features(streamed, T + 10, layouts=[LAYOUT]) == good


class Busy(InMemoryOnlineStore):
    """Before the first swap of a backfill the stream brings enough to seal again."""

    bench: Bench
    came = False

    def swap(self, items: Sequence[OnlineItem]) -> list[OnlineItem]:
        if not self.came:
            self.came = True
            replace(consumer(self.bench), most=MOST).consume([record(88_000 + n, T - 7 + n / 10) for n in range(20)])
        return super().swap(items)


@pytest.mark.parametrize("lost", [False, True])
def test_what_comes_at_the_seam_counts_once_and_old_segments_go(streamed: Bench, lost: bool) -> None:
    stale = record(77_777, T - 5)
    replace(consumer(Bench(online=streamed.online)), most=MOST).consume([stale])  # so that a rebuilt item differs
    before = listed(streamed, LAYOUT)
    if lost:
        del streamed.online.items[segment_view(LAYOUT.online_name, before[0]), "a"]
    busy = Busy(streamed.online.items)
    streamed.online, busy.bench = busy, streamed
    rebuilt(streamed)
    twin = Bench(lake=streamed.lake)
    rebuilt(twin)
    counted = features(twin, T + 10, layouts=[LAYOUT])["spend__count_4h"]
    assert counted is not None
    assert features(streamed, T + 10, layouts=[LAYOUT])["spend__count_4h"] == counted + 1  # with what never happened
    assert not set(before) & set(listed(streamed, LAYOUT)) - set(listed(twin, LAYOUT))


def test_a_backfill_mends_an_account_that_a_stream_has_carried_further(streamed: Bench) -> None:
    expected = features(streamed, T + 10, layouts=[LAYOUT])
    lost = listed(streamed, LAYOUT)[0]
    del streamed.online.items[segment_view(LAYOUT.online_name, lost), "a"]
    key = (LAYOUT.online_name, "a")
    streamed.online.items[key] = replace(streamed.online.items[key], as_of=T + 10**6)
    assert rebuilt(streamed) == 1
    assert features(streamed, T + 10, layouts=[LAYOUT]) == expected
    assert streamed.online.items[key].as_of == T + 10**6
