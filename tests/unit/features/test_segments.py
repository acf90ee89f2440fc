"""Segments: how accounts are cut, how main items list segments, and that arrays merge as events do."""

from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from roost.domain.accounts import Account, closed, opened, overlapping, united, within_reach, without
from roost.domain.entity_events import Event, event_number, merged, unknown
from roost.domain.event_codec import as_arrays, pack, pack_arrays, read, unpack, unpack_arrays
from roost.domain.event_union import as_columns, same, since
from roost.domain.event_union import united as union
from roost.domain.segments import (
    MAIN_BYTES,
    Segment,
    digest_of,
    kept,
    most_events,
    pieces,
    segment_view,
    with_segments,
    without_segments,
)
from roost.domain.view_layout import Aggregate, ViewLayout

HOUR = 3_600
COUNTS = ViewLayout("spend", "card", HOUR, 0, (), (Aggregate("spend__count_1d", "count", None, 24 * HOUR),))
LARGE = 2**62
LIMIT = 400 * 1024
cells = st.one_of(st.none(), st.integers(-2, 2), st.integers(-LARGE, LARGE))
rows = st.builds(
    lambda number, time, lag, one, two: Event(time, event_number(str(number), time), time + lag, (one, two)),
    st.integers(0, 6), st.integers(-2, 9), st.integers(0, 2), cells, cells,
)  # fmt: skip
accounts = st.lists(rows, max_size=15).map(merged)
segments = st.builds(
    Segment, *[st.integers(-LARGE, LARGE)] * 2, st.integers(1, 2**32 - 1), st.binary(min_size=16, max_size=16)
)


@given(st.lists(accounts, min_size=1, max_size=5))
def test_arrays_merge_as_events_do(chosen: list[list[Event]]) -> None:
    assert unpack(pack_arrays(union([as_arrays(one, 2) for one in chosen]))) == merged(*chosen)


@given(accounts)
def test_arrays_survive_packing_and_read_as_lists_do(chosen: list[Event]) -> None:
    payload = pack(chosen, 2)
    assert pack_arrays(unpack_arrays(payload)) == payload
    assert as_columns(unpack_arrays(payload)) == read(payload)


@given(accounts, accounts)
def test_arrays_are_the_same_where_their_events_are(one: list[Event], other: list[Event]) -> None:
    assert same(as_arrays(one, 2), as_arrays(other, 2)) == (one == other)


def test_events_before_a_time_are_left_out() -> None:
    account = [Event(time, time, time, ()) for time in (1, 2, 2, 5)]
    assert since(as_arrays(account, 0), 2).times.tolist() == [2, 2, 5]
    assert since(as_arrays(account, 0), 6).times.tolist() == []


@given(accounts, accounts)
def test_what_is_held_already_is_known(events: list[Event], held: list[Event]) -> None:
    assert merged(unknown(events, held), held) == merged(events, held)
    assert unknown(events, events) == []
    assert unknown(events, []) == events


@given(st.integers(0, 3_000), st.integers(2, 300))
def test_pieces_are_all_of_it_in_order_and_of_like_size(count: int, most: int) -> None:
    cuts, size = pieces(count, most), most - kept(most)
    assert [place for cut in cuts for place in range(count)[cut]] == list(range(count if cuts else 0))
    assert all(size / 2 <= cut.stop - cut.start <= 1.5 * size for cut in cuts)
    if not cuts:
        assert count <= size / 2


@given(st.integers(0, 40), st.integers(0, 5))
def test_neither_part_can_outgrow_an_item(columns: int, spare: int) -> None:
    """Of the widest numbers there are, which do not compress; the list of a thousand segments has room too."""
    most = most_events(columns)
    assert most <= MAIN_BYTES // 28
    longest = max(most, max((cut.stop - cut.start for cut in pieces(most + spare, most)), default=0))
    assert longest * (28 + 9 * columns) + 1_000 * 36 < LIMIT


def test_the_widest_events_take_no_more_than_is_counted_on() -> None:
    draw = np.random.default_rng(5)
    wide = draw.integers(-LARGE, LARGE, (400, 3)).tolist()
    events = [
        Event(n * 2**40 + draw.integers(10**6).item(), w[0], n * 2**40 + 2**52, (w[1], w[2]))
        for n, w in enumerate(wide)
    ]
    assert len(pack(events, 2)) <= 400 * (28 + 9 * 2)


@given(st.lists(segments, max_size=6), st.randoms())
def test_a_list_of_segments_survives(chosen: list[Segment], random: Random) -> None:
    shuffled = random.sample(chosen, len(chosen))
    payload = with_segments(b"own", chosen)
    assert without_segments(payload) == (tuple(sorted(set(chosen))), b"own")
    assert with_segments(b"own", [*shuffled, *shuffled]) == payload


@given(accounts)
def test_without_segments_a_payload_is_what_it_was(chosen: list[Event]) -> None:
    assert closed(Account(chosen), 2) == pack(chosen, 2)
    assert opened(pack(chosen, 2)) == Account(chosen)


@given(st.lists(segments, min_size=1, max_size=3), st.data())
def test_a_cut_list_is_refused(chosen: list[Segment], data: st.DataObject) -> None:
    payload = with_segments(pack([], 0), chosen)
    cut = payload[: data.draw(st.integers(0, len(payload) - 1))]
    with pytest.raises(ValueError):
        opened(cut)


def test_code_that_knows_no_segments_refuses_their_list() -> None:
    listed = with_segments(pack([], 0), [segment(1, 2)])
    for reader in (read, unpack, unpack_arrays):
        with pytest.raises(ValueError, match="format 03 is unknown"):
            reader(listed)


def segment(first: int, last: int) -> Segment:
    return Segment(first, last, 1, digest_of(b"%d %d" % (first, last)))


def test_a_segment_is_named_by_view_and_content() -> None:
    one, other = segment(1, 2), segment(1, 3)
    names = {segment_view(view, each) for view in ("a@1", "b@1") for each in (one, other)}
    assert len(names) == 4
    assert segment_view("a@1", one) == f"a@1:{digest_of(b'1 2').hex()}"


def test_accounts_unite_and_part() -> None:
    one, other = segment(1, 2), segment(3, 4)
    both = united(Account([], (one,)), Account([], (other, one)))
    assert both == united(Account([], (other,)), Account([], (one,)))
    assert without(both, {one}) == Account([], (other,))


def test_what_nothing_can_reach_is_dropped_segments_too() -> None:
    day = 24 * HOUR * 10**6
    late, edge, gone = segment(5 * day, 9 * day), segment(0, 9 * day - 1), segment(0, 8 * day)
    account = Account([Event(day, 1, day, ()), Event(10 * day, 2, 10 * day, ())], (late, edge, gone))
    assert within_reach(COUNTS, account) == Account(account.events[1:], (late,))
    newer = Account([Event(day, 1, day, ())], (segment(3 * day, 10 * day),))
    assert within_reach(COUNTS, newer) == Account([], newer.segments)
    assert within_reach(COUNTS, Account([])) == Account([])


def test_segments_overlap_that_may_hold_a_version() -> None:
    events = [Event(5, 1, 5, ()), Event(9, 2, 9, ())]
    around, before, after = segment(1, 20), segment(1, 4), segment(10, 11)
    assert overlapping([around, before, after, segment(9, 9), segment(1, 5)], events) == [
        around, segment(9, 9), segment(1, 5)
    ]  # fmt: skip
    assert overlapping([around], []) == []
