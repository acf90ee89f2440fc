"""The table engine on DuckDB: each call has a connection of its own and leaves nothing behind."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from roost.adapters import duckdb_columns, duckdb_files, duckdb_validation, duckdb_windows
from roost.adapters.duckdb_connection import MEMORY_LIMIT, PARQUET, connection, literal, quoted
from roost.domain.windows import TileState, ViewLayout
from roost.ports import FileFacts, LocalCopy, ValidationCounts
from roost.spec.sources import Source


class DuckDBTables:
    """Tables on local disk; ``memory_limit`` as DuckDB writes it, beyond which it spills."""

    def __init__(self, memory_limit: str = MEMORY_LIMIT) -> None:
        self._memory_limit = memory_limit

    def inspect(self, file: LocalCopy, source: Source) -> FileFacts:
        """What a landed file holds; raises ``UnreadableData``."""
        with connection(self._memory_limit) as opened:
            return duckdb_files.inspect(opened, file, source)

    def validate(
        self, files: Iterable[LocalCopy], source: Source, now: datetime, valid: Path, quarantine: Path
    ) -> ValidationCounts:
        """Split the rows of landed files, taken one after the other, into valid and rejected ones."""
        with connection(self._memory_limit) as opened:
            return duckdb_validation.validate(opened, files, source, now, valid, quarantine)

    def time_span(self, table: Path, event_time: str) -> tuple[int, int]:
        """First and last event time of a table with rows, in whole seconds since 1970."""
        second = f"floor(epoch_us({quoted(event_time)}) / 1e6)::BIGINT"
        with connection(self._memory_limit) as opened:
            found = opened.execute(f"SELECT min({second}), max({second}) FROM {literal(str(table))}").fetchall()
        first, last = found[0]
        return int(first), int(last)

    def columns(
        self, table: Path, source: Source, names: Sequence[str], since: int, until: int
    ) -> dict[str, npt.NDArray[Any]]:
        """Columns of the rows in a stretch of time, ordered by event time and row."""
        with connection(self._memory_limit) as opened:
            return duckdb_columns.columns(opened, table, source, names, since, until)

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
            opened.execute(f"COPY (SELECT * FROM arrays) TO {literal(str(path))} {PARQUET}")
