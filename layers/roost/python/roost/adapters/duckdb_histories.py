"""Every row of some entities, as it lies in the files, for the naive way to compute features."""

from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import duckdb

from roost.adapters.duckdb_connection import quoted
from roost.adapters.duckdb_events import known, parquet
from roost.domain.naive_features import Known
from roost.domain.view_layout import ViewLayout
from roost.spec.sources import Source


def histories(
    opened: duckdb.DuckDBPyConnection, tables: Sequence[Path], source: Source, layout: ViewLayout, keys: Sequence[Any]
) -> dict[str, list[Known]]:
    """Rows by key as text."""
    opened.execute("CREATE TEMP TABLE wanted (k VARCHAR)")
    opened.executemany("INSERT INTO wanted VALUES (?)", [[str(key)] for key in keys])
    names = [column.name for column in layout.columns]
    key, event = quoted(layout.key), quoted(source.event_id) if source.event_id else "file_row_number"
    columns = "".join(f", {quoted(name)}" for name in names)
    rows = opened.execute(
        f"SELECT {key}::VARCHAR, {event}::VARCHAR, epoch_us({quoted(source.event_time)}), {known(source)}{columns} "
        f"FROM {parquet(opened, tables, source)} WHERE {key}::VARCHAR IN (SELECT k FROM wanted)"
    ).fetchall()
    found: dict[str, list[Known]] = defaultdict(list)
    for entity, event_id, time, when, *values in rows:
        found[entity].append(Known(event_id, time, when, dict(zip(names, values, strict=True))))
    return found
