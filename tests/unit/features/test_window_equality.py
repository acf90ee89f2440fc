"""Offline, online and a naive reference agree to the last bit, whatever the events.

Events come late, twice, corrected, out of order, at one instant, with nulls, on few entities; questions are asked at
any time. A DuckDB connection takes 15 ms, so a run tries some dozens of examples; ``ROOST_EXAMPLES=2000`` tries more.
"""

import math
import os
import tempfile
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from roost.adapters.duckdb_tables import DuckDBTables
from roost.domain.entity_events import Event, event_number, merged, reachable
from roost.domain.event_codec import NOTHING, pack, read, unpack
from roost.domain.view_layout import ViewLayout
from roost.domain.windows import head, tail, text_number, values
from roost.spec import Aggregation, Column, ColumnType, Entity, FeatureView, LatestView, Source, WindowView
from roost.spec.layouts import layout_of
from roost.workflows.online_items import online_items

EXAMPLES = int(os.environ.get("ROOST_EXAMPLES", "40"))
MICROS, HOUR = 1_000_000, 3_600
BEGIN = 1_500_000_000 // HOUR * HOUR
CARDS = ("a", "b", "")
TABLES = DuckDBTables()
FUNCTIONS = ("sum", "mean", "min", "max", "stddev", "last", "distinct")
ZERO = timedelta(0)

PAYMENTS = Source(
    name="payments",
    event_time="paid_at",
    event_id="payment",
    ingested_at="arrived_at",
    columns=(
        Column(name="payment", type=ColumnType.INTEGER),
        Column(name="paid_at", type=ColumnType.TIMESTAMP),
        Column(name="arrived_at", type=ColumnType.TIMESTAMP),
        Column(name="card", type=ColumnType.STRING, nullable=True),
        Column(name="shop", type=ColumnType.STRING, nullable=True),
        Column(name="amount", type=ColumnType.DECIMAL, decimals=2, nullable=True),
    ),
)
CARD = Entity(name="card", key="card")


class Row(NamedTuple):
    """A row as it arrived; times in microseconds since 1970. Rows of one payment at one time are its versions."""

    payment: int
    at: int
    known: int
    card: str | None
    shop: str | None
    amount: float | None


Value = float | None
Features = dict[str, Value]

half_hours = st.integers(-30, 100).map(lambda half: (BEGIN + half * HOUR // 2) * MICROS)
moments = st.one_of(half_hours, st.integers((BEGIN - 30 * HOUR) * MICROS, (BEGIN + 50 * HOUR) * MICROS))
lags = st.one_of(
    st.just(0), st.sampled_from([1, MICROS, HOUR * MICROS, 30 * HOUR * MICROS]), st.integers(0, 9 * 10**10)
)
amounts = st.one_of(st.none(), st.floats(-1e9, 1e9), st.integers(-500, 500).map(lambda cents: cents / 100))
keys = st.one_of(st.just("a"), st.sampled_from((*CARDS, None)))
first_rows = st.builds(
    lambda payment, at, lag, card, shop, amount: Row(payment, at, at + lag, card, shop, amount),
    st.integers(1, 12), moments, lags, keys, st.sampled_from(["x", "y", None]), amounts,
)  # fmt: skip


@st.composite
def histories(draw: st.DrawFn) -> list[Row]:
    """Rows in the order of arrival: some are corrected later, some arrive again."""
    rows = draw(st.lists(first_rows, min_size=1, max_size=25))
    for row in draw(st.lists(st.sampled_from(rows), max_size=10)):
        later, amount = row.known + draw(lags), draw(st.one_of(st.just(row.amount), amounts))
        rows.append(row._replace(known=later, amount=amount))
    again = draw(st.lists(st.sampled_from(rows), max_size=5))
    return draw(st.permutations([*rows, *again]))


delays = st.sampled_from([0, 2, 26])
tiles = st.sampled_from([1, 2])


def windows(tile: int, delay: int) -> WindowView:
    chosen = [Aggregation(function=function, column="amount") for function in FUNCTIONS]  # type: ignore[arg-type]
    return WindowView(
        name="spend",
        entity=CARD,
        source=PAYMENTS,
        windows=(timedelta(hours=4), timedelta(days=1)),
        aggregations=(Aggregation(function="count"), Aggregation(function="distinct", column="shop"), *chosen),
        tile=timedelta(hours=tile),
        delay=timedelta(hours=delay),
    )


LATEST = LatestView(
    name="newest", entity=CARD, source=PAYMENTS, columns=("amount",), lookback=timedelta(hours=30),
    max_age=timedelta(hours=30),
)  # fmt: skip
views = st.one_of(st.just(LATEST), st.builds(windows, tiles, delays))


def cents(amount: float) -> int:
    return int(np.floor(amount * 100.0 + 0.5))


def naive(layout: ViewLayout, rows: Sequence[Row], card: str, at: int) -> Features:
    """By the definition: of each payment the version known last at that time, then one window after the other."""
    versions: dict[tuple[int, int], Row] = {}
    for row in rows:
        rival = versions.get((row.payment, row.at))
        if row.card == card and row.known <= at and (rival is None or order(layout, row) > order(layout, rival)):
            versions[row.payment, row.at] = row
    return {item.feature: computed(layout, item.function, item.column, list(versions.values()), item.window, at)
            for item in layout.aggregates}  # fmt: skip


def order(layout: ViewLayout, row: Row) -> tuple[Any, ...]:
    """Which of two versions counts: the later known; of those known at once the one with the larger columns."""
    numbers = units(layout, row)
    return (row.known, [(number is not None, number or 0) for number in numbers])


def units(layout: ViewLayout, row: Row) -> list[int | None]:
    cells = {"amount": None if row.amount is None else cents(row.amount), "shop": row.shop and text_number(row.shop)}
    return [cells[column.name] for column in layout.columns]  # type: ignore[misc]


def computed(layout: ViewLayout, function: str, column: str | None, rows: list[Row], window: int, at: int) -> Value:
    tile, delay = layout.tile * MICROS, layout.delay * MICROS
    first, end = at - delay - window * MICROS, at - delay
    if layout.tile:
        first, end = first // tile * tile, end // tile * tile if delay else end
    mine = [row for row in rows if first <= row.at < end]
    if function == "count":
        return float(len(mine))
    if function == "newest":
        newest = max(mine, key=lambda row: (row.at, event_number(str(row.payment), row.at)), default=None)
        return None if newest is None or newest.amount is None else cents(newest.amount) / 100.0
    if column == "shop":
        return float(len({row.shop for row in mine if row.shop is not None}))
    return aggregated(function, [(row.at, cents(row.amount)) for row in mine if row.amount is not None])


def aggregated(function: str, found: list[tuple[int, int]]) -> Value:
    numbers = [number for _, number in found]
    if function == "distinct":
        return float(len(set(numbers)))
    if function == "sum":
        return float(sum(numbers)) / 100.0
    if not numbers or (function == "stddev" and len(numbers) < 2):
        return None
    if function == "stddev":
        count, total = len(numbers), sum(numbers)
        squares = sum(number * number for number in numbers)
        return math.sqrt((count * squares - total * total) / (count * (count - 1))) / 100.0
    whole = {
        "mean": float(sum(numbers)) / len(numbers),
        "min": min(numbers),
        "max": max(numbers),
        "last": max(found)[1],
    }
    return float(whole[function]) / 100.0


def stored(rows: Sequence[Row], folder: str) -> Path:
    path = Path(folder) / "valid.parquet"
    columns = {
        "payment": np.array([row.payment for row in rows]),
        "paid_at": np.array([row.at for row in rows], dtype="datetime64[us]"),
        "arrived_at": np.array([row.known for row in rows], dtype="datetime64[us]"),
        "card": np.array([row.card for row in rows], dtype=object),
        "shop": np.array([row.shop for row in rows], dtype=object),
        "amount": np.array([np.nan if row.amount is None else row.amount for row in rows]),
    }
    TABLES.write_table(columns, path)
    return path


def offline(layout: ViewLayout, rows: Sequence[Row], asked: Sequence[tuple[str, int]]) -> list[Features]:
    """Features as known at the time of each question."""
    cards, times = np.array([card for card, _ in asked], dtype=object), np.array([at for _, at in asked])
    with tempfile.TemporaryDirectory() as folder:
        found = TABLES.features_at([stored(rows, folder)], PAYMENTS, layout, cards, times)
    return [{name: _value(column[place]) for name, column in found.items()} for place in range(len(asked))]


def _value(number: Any) -> Value:
    return None if np.isnan(number) else float(number)


def streamed(layout: ViewLayout, rows: Sequence[Row], card: str, at: int) -> Features:
    """From what a stream consumer has put into the online store by then, one row after the other, as they arrived."""
    payload = None
    for row in rows:
        if row.card == card and row.known <= at:
            event = Event(row.at, event_number(str(row.payment), row.at), row.known, tuple(units(layout, row)))
            account = merged(unpack(payload) if payload else [], [event])
            payload = pack(
                reachable(account, tail(layout, layout.windows[-1], at), layout.instants), len(layout.columns)
            )
    return values(layout, read(payload) if payload else NOTHING, at / MICROS)


def materialised(layout: ViewLayout, rows: Sequence[Row], at: int) -> dict[str, Features]:
    """From what a batch job would put into the online store then: all that is known."""
    with tempfile.TemporaryDirectory() as folder:
        known = [row for row in rows if row.known <= at]
        if not known:
            return {card: values(layout, NOTHING, at / MICROS) for card in CARDS}
        since = tail(layout, layout.windows[-1], at) // MICROS
        cards, events = TABLES.accounts([stored(known, folder)], PAYMENTS, layout, since)
    items = {one.item.entity: read(one.item.payload) for one in online_items(layout, cards, events, at // MICROS)}
    return {card: values(layout, items.get(card, NOTHING), at / MICROS) for card in CARDS}


@given(histories(), views, st.lists(st.tuples(st.sampled_from(CARDS), moments), min_size=1, max_size=8))
@settings(max_examples=EXAMPLES, deadline=None)
def test_offline_is_the_definition(rows: list[Row], view: FeatureView, asked: list[tuple[str, int]]) -> None:
    layout = layout_of(view)
    assert offline(layout, rows, asked) == [naive(layout, rows, card, at) for card, at in asked]


@given(histories(), views, moments)
@settings(max_examples=5 * EXAMPLES, deadline=None)
def test_a_stream_gives_the_definition(rows: list[Row], view: FeatureView, at: int) -> None:
    layout = layout_of(view)
    for card in CARDS:
        assert streamed(layout, rows, card, at) == naive(layout, rows, card, at)


@given(histories(), views, moments)
@settings(max_examples=EXAMPLES, deadline=None)
def test_a_batch_gives_the_definition(rows: list[Row], view: FeatureView, at: int) -> None:
    layout = layout_of(view)
    assert materialised(layout, rows, at) == {card: naive(layout, rows, card, at) for card in CARDS}


@given(histories(), views, moments, moments)
@settings(max_examples=EXAMPLES // 2, deadline=None)
def test_what_becomes_known_later_changes_nothing(rows: list[Row], view: FeatureView, at: int, other: int) -> None:
    layout, asked = layout_of(view), [("a", at)]
    late = [row._replace(known=max(at + 1, other)) for row in rows]
    assert offline(layout, [*rows, *late], asked) == offline(layout, rows, asked)


def row(payment: int, at: int, amount: float | None = 1.0, known: int | None = None) -> Row:
    return Row(payment, at, at if known is None else known, "a", None, amount)


def only(found: list[Features], name: str) -> Value:
    return found[0][name]


def test_events_at_the_instant_of_a_question_do_not_count() -> None:
    now = BEGIN * MICROS
    rows = [row(1, now), row(2, now - 1, 2.0)]
    assert only(offline(layout_of(windows(1, 0)), rows, [("a", now)]), "spend__amount_sum_4h") == 2.0


def test_a_correction_counts_from_when_it_is_known() -> None:
    now = BEGIN * MICROS
    rows = [row(1, now, 1.0), row(1, now, 5.0, known=now + 60 * MICROS)]
    asked = [("a", now + 59 * MICROS), ("a", now + 60 * MICROS)]
    found = offline(layout_of(windows(1, 0)), rows, asked)
    assert [features["spend__amount_sum_4h"] for features in found] == [1.0, 5.0]


def test_sums_round_each_amount_to_its_decimals() -> None:
    amounts = (0.29, 1.239, -0.005, 0.0049, None)
    rows = [row(index, BEGIN * MICROS + index, amount) for index, amount in enumerate(amounts)]
    found = offline(layout_of(windows(1, 0)), rows, [("a", BEGIN * MICROS + 10)])
    assert only(found, "spend__amount_sum_4h") == 1.53


def test_heads_and_tails_are_those_of_the_definition() -> None:
    layout = layout_of(windows(2, 26))
    now = (BEGIN + 90 * 60) * MICROS
    assert head(layout, now) % (2 * HOUR * MICROS) == 0
    assert now - head(layout, now) >= 26 * HOUR * MICROS
    assert tail(layout, 4 * HOUR, now) == head(layout, now) - 4 * HOUR * MICROS
