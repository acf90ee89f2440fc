"""The table engine's part in compaction: order, equal rows, columns, and memory."""

import random
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import numpy as np

from roost.adapters.duckdb_tables import DuckDBTables
from roost.ports import CompactedRows, LocalCopy
from tests.unit.streams.test_stream_consumer import PAYMENTS, TABLES

Row = tuple[int, int, str | None, float | None]


def written(folder: Path, *files: list[Row]) -> list[LocalCopy]:
    copies = []
    for place, rows in enumerate(files):
        payment, seconds, card, amount = zip(*rows, strict=True)
        columns = {
            "payment": np.array(payment, dtype=np.int64),
            "paid_at": np.array(seconds, dtype="datetime64[s]").astype("datetime64[us]"),
            "card": np.array(card, dtype=object),
            "amount": np.array([np.nan if cell is None else cell for cell in amount]),
        }
        copies.append(LocalCopy(f"key-{place}", folder / f"{place}.parquet"))
        TABLES.write_table(columns, copies[-1].path)
    return copies


def read(path: Path) -> list[tuple[Any, ...]]:
    return duckdb.sql(f"SELECT * FROM '{path}'").fetchall()


def moment(second: int) -> datetime:
    return datetime(1970, 1, 1, 0, 0, second)


def test_rows_are_ordered_by_time_and_id_and_equal_ones_are_one(tmp_path: Path) -> None:
    files = written(tmp_path, [(2, 5, "a", 1.0), (1, 9, "a", 1.0)], [(1, 5, "b", 2.0), (2, 5, "a", 1.0)])
    target = tmp_path / "target.parquet"
    assert TABLES.compact(files, PAYMENTS, target) == CompactedRows(read=4, kept=3)
    assert read(target) == [
        (1, moment(5), "b", 2.0), (2, moment(5), "a", 1.0), (1, moment(9), "a", 1.0),
    ]  # fmt: skip


def test_versions_of_an_event_that_differ_are_kept_with_nulls_equal_to_nulls(tmp_path: Path) -> None:
    files = written(tmp_path, [(1, 5, "a", 1.0), (1, 5, "a", 2.0)], [(1, 5, None, 1.0), (1, 5, None, 1.0)])
    assert TABLES.compact(files, PAYMENTS, tmp_path / "target.parquet") == CompactedRows(read=4, kept=3)


def test_the_file_depends_on_the_rows_alone(tmp_path: Path) -> None:
    draw = random.Random(4)
    rows: list[Row] = [(draw.randrange(9), draw.randrange(5), draw.choice(["a", None]), 1.0) for _ in range(60)]
    bodies = set()
    for size in (60, 7):
        draw.shuffle(rows)
        files = written(tmp_path, *(rows[first : first + size] for first in range(0, 60, size)))
        TABLES.compact(files, PAYMENTS, tmp_path / "target.parquet")
        bodies.add((tmp_path / "target.parquet").read_bytes())
    assert len(bodies) == 1


def test_a_file_whose_texts_are_all_null_goes_with_others(tmp_path: Path) -> None:
    files = written(tmp_path, [(1, 1, None, None)], [(2, 2, "b", 1.0)])
    TABLES.compact(files, PAYMENTS, tmp_path / "target.parquet")
    assert [row[2] for row in read(tmp_path / "target.parquet")] == [None, "b"]


def test_what_exceeds_memory_spills(tmp_path: Path) -> None:
    path, target = tmp_path / "large.parquet", tmp_path / "target.parquet"
    duckdb.sql(
        f"COPY (SELECT hash(i) AS payment, make_timestamp((hash(i + 1) % 1000000007)::BIGINT) AS paid_at, "
        f"md5(i::VARCHAR) AS card FROM range(1200000) AS r(i)) TO '{path}' (FORMAT parquet)"
    )
    rows = DuckDBTables("120MB").compact([LocalCopy("large", path), LocalCopy("again", path)], PAYMENTS, target)
    assert rows == CompactedRows(read=2_400_000, kept=1_200_000)
    order = duckdb.sql(
        f"SELECT count(*) FROM (SELECT paid_at, lag(paid_at) OVER (ORDER BY file_row_number) AS before "
        f"FROM read_parquet('{target}', file_row_number = true)) WHERE before > paid_at"
    ).fetchall()
    assert order == [(0,)]
