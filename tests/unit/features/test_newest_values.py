"""Binary search and SQL give the same newest values, to the last bit, and portions of entities change no feature."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any, NamedTuple

import duckdb
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from roost.adapters import duckdb_features
from roost.adapters.duckdb_tables import DuckDBTables
from roost.ports import RowSpan
from roost.spec import Aggregation, Column, ColumnType, Entity, FeatureView, LatestView, Source, WindowView
from roost.spec.layouts import layout_of

TABLES = DuckDBTables()
BEGIN, MICROS = 1_500_000_000, 1_000_000
THING = Entity(name="thing", key="key")
Features = dict[str, list[float]]


class Row(NamedTuple):
    number: int
    key: int | None
    second: int
    lag: int
    amount: float | None


def source(key: ColumnType, known: bool) -> Source:
    return Source(
        name="readings",
        event_time="at",
        event_id="number" if known else None,
        ingested_at="arrived" if known else None,
        columns=(
            Column(name="number", type=ColumnType.INTEGER),
            Column(name="key", type=key, nullable=True),
            Column(name="at", type=ColumnType.TIMESTAMP),
            Column(name="arrived", type=ColumnType.TIMESTAMP),
            Column(name="amount", type=ColumnType.DECIMAL, decimals=2, nullable=True),
        ),
    )


def newest(key: ColumnType = ColumnType.INTEGER, known: bool = False) -> LatestView:
    hours = timedelta(hours=3)
    return LatestView(
        name="newest", entity=THING, source=source(key, known), columns=("amount",), lookback=hours, max_age=hours
    )


def spread(key: ColumnType = ColumnType.INTEGER, known: bool = False) -> WindowView:
    return WindowView(
        name="spread", entity=THING, source=source(key, known), windows=(timedelta(hours=2),),
        aggregations=(Aggregation(function="sum", column="amount"), Aggregation(function="max", column="amount")),
    )  # fmt: skip


def stored(view: FeatureView, rows: Sequence[Row], folder: Path) -> Path:
    columns = {
        "number": np.array([row.number for row in rows]),
        "key": keys(view, [row.key for row in rows]),
        "at": moments([row.second for row in rows]).astype("datetime64[us]"),
        "arrived": moments([row.second + row.lag for row in rows]).astype("datetime64[us]"),
        "amount": np.array([np.nan if row.amount is None else row.amount for row in rows]),
    }
    path = folder / "valid.parquet"
    TABLES.write_table(columns, path)
    return path


def keys(view: FeatureView, found: Sequence[int | None]) -> np.ndarray[Any, Any]:
    if view.source.column("key").type is ColumnType.STRING:
        return np.array([None if key is None else f"key {key}" for key in found], dtype=object)
    if None in found:
        return np.ma.masked_array([key or 0 for key in found], [key is None for key in found])
    return np.array(found, dtype=np.int64)


def moments(seconds: Sequence[int]) -> np.ndarray[Any, Any]:
    return np.array([(BEGIN + second) * MICROS for second in seconds], dtype=np.int64)


half_hours = st.integers(-4, 7).map(lambda halves: halves * 1_800)  # instants and the lookback are met often
numbers = st.sampled_from([-(2**40), 1, 2, 7, 70_000])  # near, a few digits apart, and too far apart to sort by radix
rows_of = st.lists(
    st.builds(
        Row, st.integers(1, 9), st.one_of(numbers, st.none()), half_hours,
        st.sampled_from([0, 0, 60, 9_000]), st.one_of(st.none(), st.integers(-500, 500).map(lambda cents: cents / 100)),
    ),
    min_size=1, max_size=30,
)  # fmt: skip
questions = st.lists(st.tuples(numbers, half_hours), max_size=12)
types = st.sampled_from([ColumnType.INTEGER, ColumnType.STRING])


def plain(found: dict[str, Any]) -> Features:
    return {name: np.nan_to_num(column, nan=-12345.0).tolist() for name, column in found.items()}


def asked(view: FeatureView, path: Path, who: Sequence[tuple[int, int]]) -> list[Features]:
    """What the rows themselves ask, and what others do."""
    layout = layout_of(view)
    rows = RowSpan(path, view.source, BEGIN - 9_000, BEGIN + 30_000)
    own = TABLES.row_features(rows, path, view.source, layout)
    at = TABLES.features_at(
        [path], view.source, layout, keys(view, [key for key, _ in who]), moments([second for _, second in who])
    )
    return [plain(own), plain(at)]


def with_answers(answers: Callable[..., Any], work: Callable[[], list[Features]]) -> list[Features]:
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(duckdb_features.newest_values, "answers", answers)
        return work()


def with_portions(count: int, work: Callable[[], list[Features]]) -> list[Features]:
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("roost.adapters.duckdb_tables.portions", lambda *_: count)
        return work()


@given(rows_of, questions, types, st.booleans())
@settings(max_examples=40, deadline=None)
def test_binary_search_and_sql_are_one(
    tmp_path_factory: pytest.TempPathFactory,
    rows: list[Row], who: list[tuple[int, int]], key: ColumnType, known: bool,
) -> None:  # fmt: skip
    view = newest(key, known)
    path = stored(view, rows, tmp_path_factory.mktemp("rows"))
    in_sql = with_answers(lambda *_: None, lambda: asked(view, path, who))
    assert asked(view, path, who) == in_sql


@given(rows_of, questions, st.sampled_from([newest, spread]), types, st.booleans(), st.integers(2, 4))
@settings(max_examples=40, deadline=None)
def test_portions_change_nothing(
    tmp_path_factory: pytest.TempPathFactory, rows: list[Row], who: list[tuple[int, int]],
    kind: Callable[[ColumnType, bool], FeatureView], key: ColumnType, known: bool, count: int,
) -> None:  # fmt: skip
    view = kind(key, known)
    path = stored(view, rows, tmp_path_factory.mktemp("rows"))
    whole = asked(view, path, who)
    assert with_portions(count, lambda: asked(view, path, who)) == whole


def test_of_events_at_one_instant_both_ways_take_the_same(tmp_path: Path) -> None:
    view, rows = (
        newest(known=True),
        [Row(number, key, 0, 0, float(number)) for key in range(9) for number in range(1, 4)],
    )
    path, who = stored(view, rows, tmp_path), [(key, 1_800) for key in range(9)]
    assert asked(view, path, who) == with_answers(lambda *_: None, lambda: asked(view, path, who))


def test_a_value_that_is_no_number_is_refused_joined_or_not(tmp_path: Path) -> None:
    path = tmp_path / "valid.parquet"
    view = newest()
    with duckdb.connect() as opened:
        opened.execute(
            f'COPY (SELECT 1 AS number, 1::BIGINT AS key, make_timestamp({BEGIN * MICROS}) AS "at", 0 AS arrived, '
            f"'nan'::DOUBLE AS amount) TO '{path}' (FORMAT parquet)"
        )
    with pytest.raises(duckdb.ConversionException):
        asked(view, path, [(2, 60)])


def test_a_small_limit_is_kept_by_portions(tmp_path: Path) -> None:
    view, random, rows = newest(), np.random.default_rng(3), 200_000
    seconds = np.sort(random.integers(0, 86_400, rows))
    TABLES.write_table(
        {"number": np.arange(rows), "key": random.integers(0, 500, rows), "amount": random.normal(size=rows),
         "at": moments(seconds.tolist()).astype("datetime64[us]")},
        tmp_path / "valid.parquet",
    )  # fmt: skip
    who = (random.integers(0, 600, rows), moments(random.integers(0, 90_000, rows).tolist()))
    found = [
        tables.features_at([tmp_path / "valid.parquet"], view.source, layout_of(view), *who)["newest__amount"]
        for tables in (TABLES, DuckDBTables("60MB"))
    ]
    assert np.isfinite(found[0]).mean() > 0.5
    assert np.array_equal(found[0], found[1], equal_nan=True)
