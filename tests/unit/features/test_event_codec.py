"""Entity events as bytes: what goes in comes out, and what is not ours is refused."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from roost.domain.entity_events import Event, merged, reachable
from roost.domain.event_codec import FORMAT, NOTHING, WRITE_UNIT, pack, read, unpack

LARGE = 2**62
numbers = st.one_of(st.none(), st.integers(-LARGE, LARGE), st.integers(-300, 300))
moments = st.integers(-(10**15), 2 * 10**15)


def events(columns: int) -> st.SearchStrategy[list[Event]]:
    cells, ids = st.tuples(*[numbers] * columns), st.integers(-20, 20) | st.integers(-LARGE, LARGE)
    one = st.builds(
        lambda time, number, lag, row: Event(time, number, time + lag, row), moments, ids, st.integers(0, 10**12), cells
    )
    return st.lists(one, max_size=20).map(merged)


@given(events(2))
def test_events_survive_packing(chosen: list[Event]) -> None:
    assert unpack(pack(chosen, 2)) == chosen


@given(events(0))
def test_events_without_columns_survive_packing(chosen: list[Event]) -> None:
    assert unpack(pack(chosen, 0)) == chosen


@given(events(1))
def test_scoring_reads_times_and_values(chosen: list[Event]) -> None:
    found = read(pack(chosen, 1))
    assert found.times == [event.time for event in chosen]
    assert found.values == [[event.values[0] or 0 for event in chosen]]
    missing = [int(event.values[0] is None) for event in chosen]
    assert found.nulls == [missing if any(missing) else []]


@given(events(1), events(1), events(1))
def test_accounts_merge_in_any_order_and_grouping(one: list[Event], two: list[Event], three: list[Event]) -> None:
    assert merged(one, two) == merged(two, one)
    assert merged(merged(one, two), three) == merged(one, merged(two, three)) == merged(one, two, three)
    assert merged(one, one) == one


@given(events(1), events(1), moments)
def test_what_cannot_be_reached_may_be_dropped_before_or_after(one: list[Event], two: list[Event], first: int) -> None:
    early = merged(reachable(one, first, None), reachable(two, first, None))
    whole = reachable(merged(one, two), first, None)
    moved = {event.id for event in one} & {event.id for event in two}
    assert [e for e in early if e.id not in moved] == [e for e in whole if e.id not in moved]


def test_the_newest_are_kept() -> None:
    account = [Event(time, number, time, ()) for number, time in enumerate((1, 2, 3, 3))]
    assert reachable(account, 0, 1) == account[-2:]
    assert reachable(account, 0, 2) == account[1:]
    assert reachable(account, 9, 1) == []
    assert reachable(account, 2, None) == account[1:]


def test_nothing_is_the_empty_account() -> None:
    assert read(pack([], 0)) == NOTHING


def test_forty_usual_events_take_less_than_a_write_unit() -> None:
    times = [(420_000 + 5 * hour) * 3_600 * 10**6 for hour in range(40)]
    usual = [Event(time, 7919**4 * n, time, (4_000 + 37 * n,)) for n, time in enumerate(times)]
    assert len(pack(usual, 1)) < WRITE_UNIT


def test_large_accounts_are_compressed_where_that_helps() -> None:
    even = [Event(second * 10**6, second, second * 10**6, (10**6,)) for second in range(5_000)]
    assert len(pack(even, 1)) < 5_000 * 4
    noise = np.random.default_rng(7).integers(-LARGE, LARGE, 2_000).tolist()
    uneven = [Event(n * 10**6, noise[n], n * 10**6, (noise[-n],)) for n in range(2_000)]
    assert unpack(pack(uneven, 1)) == uneven


@pytest.mark.parametrize("payload", [b"", bytes([FORMAT]), bytes([FORMAT + 1, 0]) + b"\0" * 40, b"junk"])
def test_what_is_no_account_is_refused(payload: bytes) -> None:
    with pytest.raises(ValueError, match="entity events"):
        unpack(payload)


@given(events(1).filter(len), st.data())
def test_a_cut_payload_is_refused(chosen: list[Event], data: st.DataObject) -> None:
    payload = pack(chosen, 1)
    cut = payload[: data.draw(st.integers(0, len(payload) - 1))]
    with pytest.raises(ValueError):
        unpack(cut)
