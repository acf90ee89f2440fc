"""Columns of a valid table as arrays, whose types follow from the definition and never from the data."""

from collections.abc import Sequence
from typing import Any

import duckdb
import numpy as np
import numpy.typing as npt

from roost.adapters.duckdb_connection import literal, quoted
from roost.adapters.duckdb_events import known, number
from roost.ports import RowSpan
from roost.spec.sources import Column, ColumnType, Source

SECOND = 1_000_000


def columns(
    opened: duckdb.DuckDBPyConnection, rows: RowSpan, names: Sequence[str], label: str
) -> dict[str, npt.NDArray[Any]]:
    """Columns of some rows, ordered by event time and row.

    Of an event's versions the first one makes the row, as it would have been scored; the label is that of the last one.
    """
    chosen = ", ".join(f"{_number_or_text(rows.source.column(name))} AS {quoted(name)}" for name in names)
    order = f"valid.{quoted(rows.source.event_time)}, file_row_number"
    found = opened.execute(
        f"SELECT {chosen} FROM ({_rows(opened, rows, label)}) AS valid ORDER BY {order}"
    ).fetchnumpy()
    return {name: _plain(found[name]) for name in names}


def asked(opened: duckdb.DuckDBPyConnection, rows: RowSpan, key: str) -> str:
    """The same rows as they ask for features: row from 0 on, k, t (microseconds since 1970), and their id as events."""
    time = quoted(rows.source.event_time)
    return (
        f"SELECT row_number() OVER (ORDER BY {time}, file_row_number) - 1 AS row, {quoted(key)} AS k, "
        f"epoch_us({time}) AS t, {number(rows.source)} AS id FROM ({_rows(opened, rows)})"
    )


def _rows(opened: duckdb.DuckDBPyConnection, rows: RowSpan, label: str = "") -> str:
    source, time = rows.source, quoted(rows.source.event_time)
    inside = (
        f"SELECT * FROM read_parquet({literal(str(rows.table))}, file_row_number = true) "
        f"WHERE {time} >= make_timestamp({rows.since * SECOND}) AND {time} < make_timestamp({rows.until * SECOND})"
    )
    if not source.event_id or not _versioned(opened, inside, source):
        return inside
    versions = f"PARTITION BY {quoted(source.event_id)}, {time} ORDER BY {known(source)}, file_row_number"
    last = f"last_value({quoted(label)}) OVER ({versions} ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING)"
    settled = f" REPLACE ({last} AS {quoted(label)})" if label else ""
    return f"SELECT *{settled} FROM ({inside}) QUALIFY row_number() OVER ({versions}) = 1"


def _versioned(opened: duckdb.DuckDBPyConnection, rows: str, source: Source) -> bool:
    """Whether some event has several rows."""
    groups = f"GROUP BY {number(source)}, {quoted(source.event_time)} HAVING count(*) > 1"
    return opened.execute(f"SELECT 1 FROM ({rows}) {groups} LIMIT 1").fetchone() is not None


def _number_or_text(column: Column) -> str:
    cell = f"valid.{quoted(column.name)}"
    match column.type:
        case ColumnType.STRING:
            return f"coalesce({cell}, '')"
        case ColumnType.TIMESTAMP:
            return f"epoch_us({cell}) / 1e6"
        case ColumnType.INTEGER if not column.nullable:
            return cell
        case _:
            return f"{cell}::DOUBLE"


def _plain(column: Any) -> npt.NDArray[Any]:
    if isinstance(column, np.ma.MaskedArray):
        return np.asarray(column.filled(np.nan))
    array = np.asarray(column)
    return array.astype(np.str_) if array.dtype == object else array
