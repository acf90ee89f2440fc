"""Accounts that are cut into segments give the features of whole ones and of the definition, whoever cuts them where.

Bounds are tiny, so that a dozen events make many segments; the histories are those of ``test_window_equality``.
"""

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from roost.adapters.in_memory import InMemoryOnlineStore
from roost.domain.entity_events import Event, event_number, merged, reachable
from roost.domain.event_codec import as_arrays
from roost.domain.segments import Segment, segment_view, without_segments
from roost.domain.view_layout import ViewLayout
from roost.domain.windows import first_in_reach, values
from roost.ports import OnlineItem
from roost.spec.layouts import layout_of
from roost.workflows.account_reading import stored_events, whole_accounts
from roost.workflows.account_swaps import Seen, swap_in
from roost.workflows.accounts import apply
from roost.workflows.sealing import StoredAccount, segments_first, stored_account
from tests.unit.features.test_window_equality import (
    BEGIN,
    CARDS,
    EXAMPLES,
    MICROS,
    Features,
    Row,
    delays,
    histories,
    moments,
    naive,
    tiles,
    units,
    windows,
)

WHOLE = 10**9
bounds = st.integers(2, 9)
layouts = st.builds(windows, tiles, delays).map(layout_of)


def event(layout: ViewLayout, row: Row) -> Event:
    return Event(row.at, event_number(str(row.payment), row.at), row.known, tuple(units(layout, row)))


def write(online: InMemoryOnlineStore, layout: ViewLayout, rows: Sequence[Row], most: int) -> None:
    for card in {row.card for row in rows if row.card is not None}:
        apply(online, layout, {card: [event(layout, row) for row in rows if row.card == card]}, 0, most)


def features(online: InMemoryOnlineStore, layout: ViewLayout, card: str, at: int) -> Features:
    return values(layout, stored_events(online, layout, card, at / MICROS)[1], at / MICROS)


def listed(online: InMemoryOnlineStore, layout: ViewLayout, card: str) -> tuple[Segment, ...]:
    item = online.items.get((layout.online_name, card))
    return without_segments(item.payload)[0] if item else ()


def rebuilt(layout: ViewLayout, rows: Sequence[Row], card: str, most: int, as_of: int = 0) -> StoredAccount:
    """What a batch makes of all rows of a card, of which there are some."""
    account = merged(event(layout, row) for row in rows if row.card == card)
    events = reachable(account, first_in_reach(layout, account[-1].time), None)
    return stored_account(layout, card, as_arrays(events, len(layout.columns)), as_of, most)


def cut_up(rows: Sequence[Row], sizes: Sequence[int]) -> Iterator[list[Row]]:
    left, size = iter(rows), itertools.cycle(sizes)
    while batch := list(itertools.islice(left, next(size))):
        yield batch


batch_sizes = st.lists(st.integers(1, 12), min_size=1, max_size=4)


@given(histories(), layouts, moments, st.lists(bounds, min_size=1, max_size=3), batch_sizes)
@settings(max_examples=5 * EXAMPLES, deadline=None)
def test_a_cut_stream_gives_the_definition(
    rows: list[Row], layout: ViewLayout, at: int, most: list[int], sizes: list[int]
) -> None:
    online = InMemoryOnlineStore()
    known = [row for row in rows if row.known <= at]
    for batch, bound in zip(cut_up(known, sizes), itertools.cycle(most), strict=False):
        write(online, layout, batch, bound)
    for card in CARDS:
        assert features(online, layout, card, at) == naive(layout, rows, card, at)


@given(histories(), layouts, moments, bounds, batch_sizes)
@settings(max_examples=5 * EXAMPLES, deadline=None)
def test_a_cut_account_gives_what_a_whole_one_gives_at_any_time(
    rows: list[Row], layout: ViewLayout, at: int, most: int, sizes: list[int]
) -> None:
    cut, whole = InMemoryOnlineStore(), InMemoryOnlineStore()
    for batch in cut_up(rows, sizes):
        write(cut, layout, batch, most)
        write(whole, layout, batch, WHOLE)
    for card in CARDS:
        assert features(cut, layout, card, at) == features(whole, layout, card, at)
        assert not listed(whole, layout, card)


@given(histories(), layouts, moments, bounds)
@settings(max_examples=5 * EXAMPLES, deadline=None)
def test_a_cut_batch_gives_the_definition(rows: list[Row], layout: ViewLayout, at: int, most: int) -> None:
    known = [row for row in rows if row.known <= at]
    online = InMemoryOnlineStore()
    made = [rebuilt(layout, known, card, most) for card in CARDS if any(row.card == card for row in known)]
    online.write(segments_first(online, made))
    for card in CARDS:
        assert features(online, layout, card, at) == naive(layout, rows, card, at)


@dataclass
class Contested(InMemoryOnlineStore):
    """Before each swap a rival writes some rows."""

    layout: ViewLayout | None = None
    rival: list[tuple[list[Row], int]] = field(default_factory=list)

    def swap(self, items: Sequence[OnlineItem]) -> list[OnlineItem]:
        if self.rival and self.layout:
            rows, most = self.rival.pop()
            write(self, self.layout, rows, most)
        return super().swap(items)


@given(histories(), histories(), layouts, moments, bounds, bounds, batch_sizes)
@settings(max_examples=2 * EXAMPLES, deadline=None)
def test_rivals_lose_nothing(
    rows: list[Row], others: list[Row], layout: ViewLayout, at: int, most: int, least: int, sizes: list[int]
) -> None:
    rival = [([row for row in batch if row.known <= at], least) for batch in cut_up(others, sizes)]
    online = Contested(layout=layout, rival=rival)
    for batch in cut_up([row for row in rows if row.known <= at], sizes):
        write(online, layout, batch, most)
    while online.rival:
        write(online, layout, *online.rival.pop())
    for card in CARDS:
        assert features(online, layout, card, at) == naive(layout, [*rows, *others], card, at)


@given(histories(), layouts, bounds, batch_sizes)
@settings(max_examples=2 * EXAMPLES, deadline=None)
def test_what_is_delivered_again_is_sealed_once(
    rows: list[Row], layout: ViewLayout, most: int, sizes: list[int]
) -> None:
    first = {(row.payment, row.at, row.card): row for row in reversed(rows)}  # no corrections: they lie beside
    online = InMemoryOnlineStore()
    for batch in cut_up([*first.values()] * 3, sizes):
        write(online, layout, batch, most)
    for card in CARDS:
        item = online.items.get((layout.online_name, card))
        if item:
            held = {segment: online.items[f"{layout.online_name}:{segment.digest.hex()}", card]
                    for segment in listed(online, layout, card)}  # fmt: skip
            assert len(held) == len(listed(online, layout, card))
            distinct = len({(row.payment, row.at) for row in first.values() if row.card == card})
            assert sum(segment.events for segment in held) <= distinct


@given(histories(), histories(), layouts, moments, bounds, bounds)
@settings(max_examples=2 * EXAMPLES, deadline=None)
def test_a_rebuilt_account_replaces_what_was_stored(
    rows: list[Row], others: list[Row], layout: ViewLayout, at: int, most: int, least: int
) -> None:
    online = InMemoryOnlineStore()
    write(online, layout, others, most)
    made = [rebuilt(layout, rows, card, least) for card in CARDS if any(row.card == card for row in rows)]
    before = {
        card: Seen(item.revision, without_segments(item.payload)[0])
        for (view, card), item in online.items.items()
        if view == layout.online_name
    }
    swap_in(online, layout, made, before, least)
    alone = InMemoryOnlineStore()
    alone.write(segments_first(alone, made))
    for one in made:
        card = one.item.entity
        assert features(online, layout, card, at) == features(alone, layout, card, at)
    assert swap_in(online, layout, made, before, least) == 0


@given(histories(), layouts, bounds, bounds, batch_sizes)
@settings(max_examples=2 * EXAMPLES, deadline=None)
def test_what_is_equal_though_cut_differently_is_left_alone(
    rows: list[Row], layout: ViewLayout, most: int, least: int, sizes: list[int]
) -> None:
    online = InMemoryOnlineStore()
    for batch in cut_up(rows, sizes):
        write(online, layout, batch, most)
    items = dict(online.items)
    made = [rebuilt(layout, rows, card, least) for card in CARDS if any(row.card == card for row in rows)]
    assert swap_in(online, layout, made, {}, least) == 0
    assert online.items == items


@given(histories(), layouts, moments, bounds, batch_sizes, st.data())
@settings(max_examples=3 * EXAMPLES, deadline=None)
def test_lost_segments_are_noticed_and_mended(
    rows: list[Row], layout: ViewLayout, at: int, most: int, sizes: list[int], data: st.DataObject
) -> None:
    online, whole = InMemoryOnlineStore(), InMemoryOnlineStore()
    for batch in cut_up(rows, sizes):
        write(online, layout, batch, most)
    write(whole, layout, rows, WHOLE)
    segments = sorted(key for key in online.items if key[0] != layout.online_name)
    lost = data.draw(st.sets(st.sampled_from(segments))) if segments else set()
    online.items = {key: item for key, item in online.items.items() if key not in lost}
    before = {}
    for card in {row.card for row in rows if row.card is not None}:
        item, own = online.items[layout.online_name, card], listed(online, layout, card)
        (found,) = whole_accounts(online, [(layout, item)])
        assert set(found.lost) == {one for one in own if (segment_view(item.view, one), card) in lost}
        before[card] = Seen(item.revision + data.draw(st.integers(0, 1)), own)
    age = data.draw(st.integers(-1, 1))
    swap_in(online, layout, [rebuilt(layout, rows, card, most, age) for card in before], before, most)
    for card in before:
        assert features(online, layout, card, at) == features(whole, layout, card, at)


def payments(count: int, known: int = 0) -> list[Row]:
    """One card's, a second apart; known so many seconds late."""
    times = [(BEGIN + number) * MICROS for number in range(count)]
    return [Row(number, at, at + known * MICROS, "a", None, 1.0 + known) for number, at in enumerate(times)]


def test_a_lost_segment_is_mended_even_if_all_that_it_held_has_been_corrected() -> None:
    layout, online = layout_of(windows(1, 0)), InMemoryOnlineStore()
    write(online, layout, payments(9), 4)
    first, *_ = listed(online, layout, "a")
    write(online, layout, payments(9, known=60), 4)
    assert first in listed(online, layout, "a")
    del online.items[segment_view(layout.online_name, first), "a"]
    made = rebuilt(layout, payments(9, known=60), "a", 4)
    seen = Seen(online.items[layout.online_name, "a"].revision, listed(online, layout, "a"))
    assert swap_in(online, layout, [made], {"a": seen}, 4) == 1
    assert features(online, layout, "a", (BEGIN + 3_600) * MICROS)["spend__amount_sum_4h"] == 9 * 61.0


@pytest.mark.parametrize(("count", "cut"), [(4, False), (5, True)])
def test_an_account_is_cut_beyond_its_bound_by_whoever_writes_it(count: int, cut: bool) -> None:
    layout, online = layout_of(windows(1, 0)), InMemoryOnlineStore()
    write(online, layout, payments(count), 4)
    assert bool(listed(online, layout, "a")) == cut
    assert bool(rebuilt(layout, payments(count), "a", 4).segments) == cut
