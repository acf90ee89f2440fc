"""The table engine on DuckDB: each call has a connection of its own and leaves nothing behind."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from roost.adapters import duckdb_files, duckdb_validation, duckdb_windows
from roost.adapters.duckdb_connection import MEMORY_LIMIT, connection, literal, quoted
from roost.domain.windows import TileState, ViewLayout
from roost.ports import ValidationCounts
from roost.spec.sources import ColumnType, Source


class DuckDBTables:
    """Tables on local disk; ``memory_limit`` as DuckDB writes it, beyond which it spills."""

    def __init__(self, memory_limit: str = MEMORY_LIMIT) -> None:
        self._memory_limit = memory_limit

    def count_rows(self, path: Path, source: Source) -> int:
        """Rows of a raw file; raises ``UnreadableData``."""
        with connection(self._memory_limit) as opened:
            return duckdb_files.count_rows(opened, path, source)

    def validate(self, paths: Sequence[Path], source: Source, valid: Path, quarantine: Path) -> ValidationCounts:
        """Split raw rows into valid and rejected ones."""
        with connection(self._memory_limit) as opened:
            return duckdb_validation.validate(opened, paths, source, valid, quarantine)

    def time_span(self, table: Path, event_time: str) -> tuple[int, int]:
        """First and last event time, in seconds since 1970."""
        second = f"floor(epoch({quoted(event_time)}))::BIGINT"
        with connection(self._memory_limit) as opened:
            found = opened.execute(f"SELECT min({second}), max({second}) FROM {literal(str(table))}").fetchone()
        first, last = found or (0, 0)
        return int(first), int(last)

    def columns(self, table: Path, source: Source, names: Sequence[str], since: int, until: int) -> dict[str, Any]:
        """Columns of the rows in a stretch of time, ordered by event time and row."""
        chosen = ", ".join(_readable(source, name) for name in names)
        second = f"floor(epoch({quoted(source.event_time)}))::BIGINT"
        query = (
            f"SELECT {chosen} FROM read_parquet({literal(str(table))}, file_row_number = true) "
            f"WHERE {second} >= ? AND {second} < ? ORDER BY {second}, file_row_number"
        )
        with connection(self._memory_limit) as opened:
            found = opened.execute(query, [since, until]).fetchnumpy()
        return {name: _plain(found[name]) for name in names}

    def window_features(
        self, table: Path, source: Source, layout: ViewLayout, since: int, until: int
    ) -> dict[str, npt.NDArray[np.float64]]:
        """Features of a view for the same rows in the same order."""
        with connection(self._memory_limit) as opened:
            return duckdb_windows.window_features(opened, table, source, layout, since, until)

    def tiles(self, table: Path, source: Source, layout: ViewLayout, since: int) -> tuple[npt.NDArray[Any], TileState]:
        """Entity keys and tiles of all entities."""
        with connection(self._memory_limit) as opened:
            return duckdb_windows.tiles(opened, table, source, layout, since)

    def write_table(self, columns: Mapping[str, Any], path: Path) -> None:
        """Write arrays of one length as Parquet."""
        with connection(self._memory_limit) as opened:
            opened.register("arrays", dict(columns))
            opened.execute(f"COPY (SELECT * FROM arrays) TO {literal(str(path))} {duckdb_validation.PARQUET}")


def _readable(source: Source, name: str) -> str:
    if source.column(name).type is ColumnType.TIMESTAMP:
        return f"floor(epoch({quoted(name)})) AS {quoted(name)}"
    return quoted(name)


def _plain(column: Any) -> npt.NDArray[Any]:
    if isinstance(column, np.ma.MaskedArray):
        if not column.mask.any():
            return _texts(np.asarray(column.data))
        return np.asarray(np.ma.filled(column.astype(np.float64), np.nan))
    return _texts(np.asarray(column))


def _texts(column: npt.NDArray[Any]) -> npt.NDArray[Any]:
    return column.astype(np.str_) if column.dtype == object else column
