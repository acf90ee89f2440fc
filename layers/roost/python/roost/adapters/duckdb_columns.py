"""Columns of a valid table as arrays, whose types follow from the definition and never from the data."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import numpy.typing as npt

from roost.adapters.duckdb_connection import literal, quoted
from roost.spec.sources import Column, ColumnType, Source

SECOND = 1_000_000


def columns(
    opened: duckdb.DuckDBPyConnection, table: Path, source: Source, names: Sequence[str], since: int, until: int
) -> dict[str, npt.NDArray[Any]]:
    """Columns of the rows with ``since <= event time < until``, ordered by event time and row."""
    chosen = ", ".join(f"{_number_or_text(source.column(name))} AS {quoted(name)}" for name in names)
    time = quoted(source.event_time)
    found = opened.execute(
        f"SELECT {chosen} FROM read_parquet({literal(str(table))}, file_row_number = true) AS valid "
        f"WHERE valid.{time} >= make_timestamp({since * SECOND}) AND valid.{time} < make_timestamp({until * SECOND}) "
        f"ORDER BY valid.{time}, file_row_number"
    ).fetchnumpy()
    return {name: _plain(found[name]) for name in names}


def asked(table: Path, source: Source, key: str, since: int, until: int) -> str:
    """The same rows as they ask for features: row, k, t (microseconds since 1970), and their id as events."""
    time = quoted(source.event_time)
    return (
        f"SELECT row_number() OVER (ORDER BY {time}, file_row_number) AS row, {quoted(key)} AS k, "
        f"epoch_us({time}) AS t, file_row_number AS id "
        f"FROM read_parquet({literal(str(table))}, file_row_number = true) "
        f"WHERE {time} >= make_timestamp({since * SECOND}) AND {time} < make_timestamp({until * SECOND})"
    )


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
