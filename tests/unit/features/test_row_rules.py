"""Each rule rejects what it should, nothing else, and is counted to the row."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from roost.adapters.duckdb_tables import DuckDBTables
from roost.ports import LocalCopy, ValidationCounts
from roost.spec import Column, ColumnType, Source
from tests.unit.features.payments import NOW, csv_text

AT = "2020-01-01T00:00:00Z"
Rows = list[dict[str, Any]]


@dataclass
class Outcome:
    counts: ValidationCounts
    valid: Rows
    rejected: Rows


Judge = Callable[..., Outcome]


@pytest.fixture
def judge(tmp_path: Path) -> Judge:
    """Validate cells of one column (beside an event time), or whole rows of several columns, landed as files."""

    def of(columns: Sequence[Column], *files: Sequence[Sequence[Any]]) -> Outcome:
        time = Column(name="at", type=ColumnType.TIMESTAMP)
        source = Source(name="things", event_time="at", columns=(*columns, time))
        names = [*(column.name for column in columns), "at"]
        copies = []
        for index, rows in enumerate(files):
            path = tmp_path / f"{index}.csv"
            path.write_bytes(csv_text([(*row, AT)[: len(names)] for row in rows], names))
            copies.append(LocalCopy(f"landing/things/{index}.csv", path))
        valid, rejected = tmp_path / "valid.parquet", tmp_path / "rejected.parquet"
        counts = DuckDBTables().validate(copies, source, NOW, valid, rejected)
        return Outcome(counts, _rows(valid), _rows(rejected))

    return of


def _rows(path: Path) -> Rows:
    with duckdb.connect() as opened:
        cursor = opened.execute(f"SELECT * FROM '{path}'")
        names = [column[0] for column in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def column(kind: ColumnType, **rules: Any) -> Column:
    return Column(name="x", type=kind, **rules)


@pytest.mark.parametrize(
    ("kind", "cells"),
    [
        (ColumnType.INTEGER, {" 42 ": 42, "-7.0": -7, "+9223372036854775807": 2**63 - 1, "007": 7}),
        (ColumnType.FLOAT, {"1.5e-3": 0.0015, "-2": -2.0}),
        (ColumnType.DECIMAL, {".5": 0.5, "0.1": 0.1, "3.": 3.0}),
        (ColumnType.BOOLEAN, {"TRUE": True, "0": False, "no": False}),
        (ColumnType.STRING, {" käse ": " käse ", "a,b": "a,b", 'say "hi"': 'say "hi"'}),
        (
            ColumnType.TIMESTAMP,
            {
                "2020-02-29": datetime(2020, 2, 29),
                "2020-01-01 10:00:00.000001": datetime(2020, 1, 1, 10, 0, 0, 1),
                "2020-01-01T10:00:00Z": datetime(2020, 1, 1, 10),
                "2020-01-01T10:00:00+02:00": datetime(2020, 1, 1, 8),
            },
        ),
    ],
)
def test_cells_of_their_type_are_taken(judge: Judge, kind: ColumnType, cells: dict[str, Any]) -> None:
    found = judge([column(kind)], [(cell,) for cell in cells])
    assert [row["x"] for row in found.valid] == list(cells.values())
    assert found.counts.rules == {}


@pytest.mark.parametrize(
    ("kind", "cells"),
    [
        (ColumnType.INTEGER, ["1.5", "1e3", "1_000", "9223372036854775808", "true", "0x1A"]),
        (ColumnType.FLOAT, ["1,5", "1_000", "."]),
        (ColumnType.DECIMAL, ["EUR 5", "5 EUR", "1 000"]),
        (ColumnType.BOOLEAN, ["perhaps", "2"]),
        (ColumnType.TIMESTAMP, ["2020-02-30", "1577836800", "infinity", "epoch", "yesterday", "01/02/2020"]),
    ],
)
def test_cells_of_another_type_are_rejected(judge: Judge, kind: ColumnType, cells: list[str]) -> None:
    found = judge([column(kind)], [(cell,) for cell in cells])
    assert found.counts == ValidationCounts(len(cells), 0, {"x type": len(cells)})
    assert [row["x"] for row in found.rejected] == cells


def test_a_blank_is_null(judge: Judge) -> None:
    blanks = [("",), ("   ",)]
    assert judge([column(ColumnType.FLOAT)], blanks).counts.rules == {"x null": 2}
    assert [row["x"] for row in judge([column(ColumnType.FLOAT, nullable=True)], blanks).valid] == [None, None]


@pytest.mark.parametrize("nullable", [True, False])
def test_what_is_not_finite_breaks_that_rule_alone(judge: Judge, nullable: bool) -> None:
    bounded = column(ColumnType.FLOAT, minimum=0, maximum=1, nullable=nullable)
    cells = ["nan", "NaN", "inf", "-Infinity", "1e999"]
    assert judge([bounded], [(cell,) for cell in cells]).counts.rules == {"x finite": len(cells)}


def test_bounds_are_part_of_the_range(judge: Judge) -> None:
    bounded = column(ColumnType.DECIMAL, minimum=0.1, maximum=0.3)
    found = judge([bounded], [("0.1",), ("0.3",), ("0.0999",), ("0.3001",), ("-5",)])
    assert found.counts == ValidationCounts(5, 2, {"x minimum": 2, "x maximum": 1})


@pytest.mark.parametrize("kind", [ColumnType.INTEGER, ColumnType.FLOAT])
def test_bounds_hold_for_all_numbers(judge: Judge, kind: ColumnType) -> None:
    assert judge([column(kind, minimum=-1, maximum=1)], [("-2",), ("2",), ("1",)]).counts.valid == 1


def test_only_allowed_strings_are_taken(judge: Judge) -> None:
    found = judge([column(ColumnType.STRING, allowed=("it's", "b"))], [("it's",), ("B",), ("b",)])
    assert found.counts == ValidationCounts(3, 2, {"x allowed": 1})


def test_a_text_that_no_request_could_carry_is_rejected(judge: Judge) -> None:
    outcome = judge([column(ColumnType.STRING)], [["é" * 256], ["e" * 257]])
    assert [row["x"] for row in outcome.valid] == ["é" * 256]
    assert outcome.counts.rules == {"x length": 1}


def test_an_amount_too_large_to_be_summed_exactly_is_rejected(judge: Judge) -> None:
    found = judge([column(ColumnType.DECIMAL, decimals=2)], [("92233720368547758",), ("9e15",)])
    assert found.counts == ValidationCounts(2, 1, {"x magnitude": 1})


def test_the_first_of_equal_keys_stays(judge: Judge) -> None:
    columns = [column(ColumnType.INTEGER, unique=True), Column(name="y", type=ColumnType.STRING)]
    found = judge(columns, [(1, "first"), (2, "other"), (1, "second")], [(1, "third")])
    assert found.counts == ValidationCounts(4, 2, {"x unique": 2})
    assert {row["y"] for row in found.valid} == {"first", "other"}


def test_a_row_that_is_rejected_anyway_claims_no_key(judge: Judge) -> None:
    columns = [column(ColumnType.INTEGER, unique=True), Column(name="y", type=ColumnType.INTEGER)]
    found = judge(columns, [(1, "bad"), (1, 5)])
    assert found.counts == ValidationCounts(2, 1, {"y type": 1})
    assert found.valid[0]["y"] == 5


def test_nulls_are_not_equal_keys(judge: Judge) -> None:
    unique = column(ColumnType.INTEGER, unique=True, nullable=True)
    assert judge([unique], [("",), ("",)]).counts.valid == 2


def test_two_unique_columns_each_count(judge: Judge) -> None:
    columns = [column(ColumnType.INTEGER, unique=True), Column(name="y", type=ColumnType.INTEGER, unique=True)]
    found = judge(columns, [(1, 1), (1, 2), (3, 1), (4, 2)])
    assert found.counts == ValidationCounts(4, 2, {"x unique": 1, "y unique": 1})


def test_a_row_counts_for_every_rule_that_it_breaks(judge: Judge) -> None:
    columns = [column(ColumnType.INTEGER, minimum=0), Column(name="y", type=ColumnType.FLOAT)]
    found = judge(columns, [(-1, "z"), (1, "z"), (1, 1)])
    assert found.counts == ValidationCounts(3, 1, {"x minimum": 1, "y type": 2})
    assert [row["broken_rule"] for row in found.rejected] == ["x minimum; y type", "y type"]


def test_an_event_from_the_future_is_rejected(judge: Judge) -> None:
    times = [("2020-06-01T12:00:00Z",), ("2020-06-01T12:00:00.000001Z",), ("2020-06-01T13:00:00+02:00",)]
    assert judge([], times).counts == ValidationCounts(3, 2, {"at future": 1})


def test_an_event_without_a_time_is_rejected(judge: Judge) -> None:
    assert judge([], [("",), (AT,)]).counts == ValidationCounts(2, 1, {"at null": 1})


def test_a_rejected_row_says_where_it_came_from(judge: Judge) -> None:
    found = judge([column(ColumnType.INTEGER)], [(1,), ("a",)], [(2,), (3,), ("b",)])
    places = [(row["file"], row["row"], row["x"]) for row in found.rejected]
    assert places == [("landing/things/0.csv", 2, "a"), ("landing/things/1.csv", 3, "b")]


def test_valid_rows_are_typed_and_in_order_of_time(judge: Judge) -> None:
    found = judge([], [("2020-01-03",), ("2020-01-01",)], [("2020-01-02",)])
    assert [row["at"].day for row in found.valid] == [1, 2, 3]
    assert found.valid[0]["at"].replace(tzinfo=UTC) == datetime(2020, 1, 1, tzinfo=UTC)


def test_nothing_landed_is_nothing_rejected(judge: Judge) -> None:
    assert judge([column(ColumnType.INTEGER)], []).counts == ValidationCounts(0, 0, {})
