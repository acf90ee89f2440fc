"""Offline, online and a naive reference agree to the last bit, whatever the events."""

import tempfile
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from roost.adapters.duckdb_tables import DuckDBTables
from roost.domain.windows import EMPTY, ViewLayout, tail_tile, unpack, values
from roost.spec.layouts import layout_of
from roost.workflows.materialization import online_items
from tests.unit.features.payments import PAYMENTS, view

EXAMPLES = 20  # a DuckDB connection takes 15 ms; thousands of examples have been run by raising this
HOUR = 3_600
BEGIN = 1_500_000_000 // HOUR * HOUR
CARDS = ("a", "b", "", None)
TABLES = DuckDBTables()


class Event(NamedTuple):
    """A payment; ``at`` in microseconds since 1970."""

    at: int
    card: str | None
    amount: float | None


Value = float | None
Features = dict[str, Value]

half_hours = st.integers(-30, 100).map(lambda half: (BEGIN + half * HOUR // 2) * 1_000_000)
moments = st.one_of(half_hours, st.integers((BEGIN - 30 * HOUR) * 10**6, (BEGIN + 50 * HOUR) * 10**6))
amounts = st.one_of(st.none(), st.floats(-1e9, 1e9), st.integers(-5000, 5000).map(lambda mills: mills / 1000))
keys = st.one_of(st.just("a"), st.sampled_from(CARDS))
events = st.lists(st.builds(Event, moments, keys, amounts), min_size=1, max_size=40)
delays = st.sampled_from([0, 2, 26])
tiles = st.sampled_from([1, 2, 4])


def naive(layout: ViewLayout, known: Sequence[Event], card: str | None, at: int) -> Features:
    """By the definition, one event after the other, in whole microseconds and exact integers."""
    tile, delay = layout.tile * 10**6, layout.delay * 10**6
    head = (at - delay) // tile * tile if delay else at
    found: Features = {}
    for item in layout.aggregates:
        tail = (at - delay - item.window * 10**6) // tile * tile
        mine = [e.amount for e in known if card is not None and e.card == card and tail <= e.at < head]
        present = [amount for amount in mine if amount is not None]
        total = sum(int(np.floor(amount * 100.0 + 0.5)) for amount in present) / 100.0
        mean = total / len(present) if present else None
        found[item.feature] = {"count": float(len(mine)), "sum": total, "mean": mean}[item.function]
    return found


def stored(known: Sequence[Event], folder: str) -> Path:
    path = Path(folder) / "valid.parquet"
    columns = {
        "payment_id": np.arange(len(known)),
        "paid_at": np.array([event.at for event in known], dtype="datetime64[us]"),
        "card": np.array([event.card for event in known], dtype=object),
        "amount": np.array([np.nan if e.amount is None else e.amount for e in known]),
        "is_fraud": np.zeros(len(known), np.int64),
    }
    TABLES.write_table(columns, path)
    return path


def offline(layout: ViewLayout, known: Sequence[Event]) -> list[Features]:
    """Features of each event's row, in the order of the table."""
    with tempfile.TemporaryDirectory() as folder:
        path = stored(known, folder)
        found = TABLES.window_features(path, PAYMENTS, layout, BEGIN - 10**6, BEGIN + 10**6)
    return [{name: _value(column[row]) for name, column in found.items()} for row in range(len(known))]


def _value(number: Any) -> Value:
    return None if np.isnan(number) else float(number)


def online(layout: ViewLayout, known: Sequence[Event], at: int) -> dict[str, Features]:
    """Features of each card at a time, from what the online store would hold: every event before it."""
    past = [event for event in known if event.at < at]
    second = at / 1e6
    with tempfile.TemporaryDirectory() as folder:
        first = tail_tile(layout, layout.windows[-1], second) * layout.tile
        cards, state = TABLES.tiles(stored(past, folder), PAYMENTS, layout, first)
    items = {item.entity: item for item in online_items(layout, cards, state, at // 10**6)}
    states = {card: unpack(items[card].payload) if card in items else EMPTY for card in CARDS if card is not None}
    return {card: values(layout, state, second) for card, state in states.items()}


def layout(tile: int, delay: int) -> ViewLayout:
    return layout_of(view(delay=timedelta(hours=delay // tile * tile), tile=timedelta(hours=tile)))


@given(events, tiles, delays)
@settings(max_examples=EXAMPLES, deadline=None)
def test_offline_is_the_definition(known: list[Event], tile: int, delay: int) -> None:
    chosen, ordered = layout(tile, delay), sorted(known, key=lambda event: event.at)
    expected = [naive(chosen, known, event.card, event.at) for event in ordered]
    assert offline(chosen, ordered) == expected


@given(events, moments, tiles, delays)
@settings(max_examples=EXAMPLES, deadline=None)
def test_online_is_the_definition(known: list[Event], at: int, tile: int, delay: int) -> None:
    chosen = layout(tile, delay)
    expected = {card: naive(chosen, known, card, at) for card in CARDS if card is not None}
    assert online(chosen, known, at) == expected


@given(events, st.integers(0, 39), tiles, delays)
@settings(max_examples=EXAMPLES // 2, deadline=None)
def test_online_is_offline_at_the_time_of_each_row(known: list[Event], row: int, tile: int, delay: int) -> None:
    chosen, ordered = layout(tile, delay), sorted(known, key=lambda event: event.at)
    asked = ordered[row % len(ordered)]
    if asked.card is not None:
        assert online(chosen, ordered, asked.at)[asked.card] == offline(chosen, ordered)[row % len(ordered)]


@given(events, st.integers(0, 39), tiles, delays)
@settings(max_examples=EXAMPLES // 2, deadline=None)
def test_nothing_at_or_after_a_row_reaches_its_features(known: list[Event], row: int, tile: int, delay: int) -> None:
    chosen, ordered = layout(tile, delay), sorted(known, key=lambda event: event.at)
    asked = ordered[row % len(ordered)]
    position = next(index for index, event in enumerate(ordered) if event.at == asked.at)
    other_future = [*ordered[:position], *(Event(e.at, e.card, 77.0) for e in ordered[position:])]
    assert offline(chosen, other_future)[position] == offline(chosen, ordered)[position]


def test_events_at_the_same_time_do_not_see_each_other() -> None:
    together = [Event(BEGIN * 10**6, "a", 1.0)] * 3
    assert [row["card_spend__count_4h"] for row in offline(layout(1, 0), together)] == [0.0, 0.0, 0.0]


def test_a_microsecond_earlier_counts() -> None:
    pair = [Event(BEGIN * 10**6 - 1, "a", 1.0), Event(BEGIN * 10**6, "a", 2.0)]
    assert offline(layout(1, 0), pair)[1]["card_spend__amount_sum_4h"] == 1.0


def test_offline_sums_round_each_amount_to_its_decimals() -> None:
    amounts = (0.29, 1.239, -0.005, 0.0049)
    rows = [Event(BEGIN * 10**6 + index, "a", amount) for index, amount in enumerate((*amounts, None))]
    assert offline(layout(1, 0), rows)[-1]["card_spend__amount_sum_4h"] == 1.53
