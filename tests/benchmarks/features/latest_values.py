"""Three views of five columns over two million rows each, and a million labels."""

from datetime import timedelta
from pathlib import Path

import numpy as np

from roost.adapters.duckdb_tables import DuckDBTables
from roost.spec import Column, ColumnType, Entity, LatestView, Source

LABELS, ROWS, VIEWS, COLUMNS, KEY_COUNT = 1_000_000, 2_000_000, 3, 5, 50_000
BEGIN, SPAN = 1_700_000_000 * 10**6, 90 * 86_400 * 10**6


def latest_view(number: int) -> LatestView:
    """One view; its source is a file of its own."""
    values = tuple(Column(name=f"x{place}", type=ColumnType.FLOAT) for place in range(COLUMNS))
    source = Source(
        name=f"source{number}",
        event_time="time",
        columns=(Column(name="key", type=ColumnType.INTEGER), Column(name="time", type=ColumnType.TIMESTAMP), *values),
    )
    return LatestView(
        name=f"view{number}", entity=Entity(name="thing", key="key"), source=source,
        columns=tuple(column.name for column in values), lookback=timedelta(days=90), max_age=timedelta(days=1),
    )  # fmt: skip


def write_files(folder: Path) -> None:
    """``labels.npz`` and ``labels.parquet``, and a Parquet file for each view, sorted by time as a log is."""
    random, tables = np.random.default_rng(7), DuckDBTables()
    keys, times = random.integers(0, KEY_COUNT, LABELS), np.sort(BEGIN + random.integers(0, SPAN, LABELS))
    np.savez(folder / "labels.npz", key=keys, time=times)
    tables.write_table({"key": keys, "time": times.astype("datetime64[us]")}, folder / "labels.parquet")
    for number in range(VIEWS):
        at = np.sort(BEGIN + random.integers(0, SPAN, ROWS)).astype("datetime64[us]")
        values = {f"x{place}": random.normal(size=ROWS).round(6) for place in range(COLUMNS)}
        tables.write_table(
            {"key": random.integers(0, KEY_COUNT, ROWS), "time": at, **values}, folder / f"view{number}.parquet"
        )
