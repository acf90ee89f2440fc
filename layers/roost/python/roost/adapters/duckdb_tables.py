"""The table engine on DuckDB: each call has a connection of its own and leaves nothing behind."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import numpy.typing as npt

from roost.adapters import (
    duckdb_accounts,
    duckdb_columns,
    duckdb_compaction,
    duckdb_events,
    duckdb_files,
    duckdb_histories,
    duckdb_latest,
    duckdb_validation,
    duckdb_windows,
    running_totals,
)
from roost.adapters.duckdb_connection import MEMORY_LIMIT, PARQUET, connection, literal, quoted
from roost.domain.entity_events import MICROS
from roost.domain.event_codec import EventArrays
from roost.domain.naive_features import Known
from roost.domain.view_layout import ViewLayout
from roost.ports import CompactedRows, FileFacts, LocalCopy, RowSpan, ValidationCounts
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

    def time_span(self, tables: Path | Sequence[Path], event_time: str) -> tuple[int, int]:
        """First and last time of tables with rows, in whole seconds since 1970; 0 where all are null."""
        relation = duckdb_events.stored([tables] if isinstance(tables, Path) else tables)
        second = f"floor(epoch_us({quoted(event_time)}) / 1e6)::BIGINT"
        with connection(self._memory_limit) as opened:
            found = opened.execute(
                f"SELECT coalesce(min({second}), 0), coalesce(max({second}), 0) FROM {relation}"
            ).fetchall()
        first, last = found[0]
        return int(first), int(last)

    def columns(self, rows: RowSpan, names: Sequence[str], label: str) -> dict[str, npt.NDArray[Any]]:
        """Columns of the rows in a stretch of time, ordered by event time and row."""
        with connection(self._memory_limit) as opened:
            return duckdb_columns.columns(opened, rows, names, label)

    def row_features(
        self, rows: RowSpan, table: Path, source: Source, layout: ViewLayout
    ) -> dict[str, npt.NDArray[np.float64]]:
        """Features of a view for the same rows in the same order."""
        with connection(self._memory_limit) as opened:
            opened.execute(f"CREATE TEMP TABLE asked AS {duckdb_columns.asked(opened, rows, layout.key)}")
            own = table == rows.table
            return _features(opened, [table], source, layout, (rows.since, rows.until), own)

    def features_at(
        self,
        tables: Sequence[Path],
        source: Source,
        layout: ViewLayout,
        keys: npt.NDArray[Any],
        times: npt.NDArray[Any],
    ) -> dict[str, npt.NDArray[np.float64]]:
        """Features of a view for any keys at any times."""
        with connection(self._memory_limit) as opened:
            opened.register("labels", {"row": np.arange(len(keys)), "k": keys, "t": times})
            opened.execute("CREATE TEMP TABLE asked AS SELECT row, k, t FROM labels")
            span = (int(times.min()) // MICROS, int(times.max()) // MICROS + 1) if len(times) else (0, 0)
            return _features(opened, tables, source, layout, span)

    def accounts(
        self, tables: Sequence[Path], source: Source, layout: ViewLayout, since: int
    ) -> tuple[npt.NDArray[Any], EventArrays]:
        """Entity keys and events of all entities."""
        with connection(self._memory_limit) as opened:
            duckdb_events.create_last_versions(opened, tables, source, layout, since)
            return duckdb_accounts.accounts(opened, layout)

    def histories(
        self, tables: Sequence[Path], source: Source, layout: ViewLayout, keys: Sequence[Any]
    ) -> dict[str, list[Known]]:
        """Every row of some entities, by key as text."""
        with connection(self._memory_limit) as opened:
            return duckdb_histories.histories(opened, tables, source, layout, keys)

    def compact(self, files: Sequence[LocalCopy], source: Source, target: Path) -> CompactedRows:
        """Write the rows of Parquet files as one, in order, equal ones once."""
        with connection(self._memory_limit) as opened:
            return duckdb_compaction.compact(opened, files, source, target)

    def write_table(self, columns: Mapping[str, Any], path: Path) -> None:
        """Write arrays of one length as Parquet."""
        with connection(self._memory_limit) as opened:
            opened.register("arrays", dict(columns))
            opened.execute(f"COPY (SELECT * FROM arrays) TO {literal(str(path))} {PARQUET}")


def _features(
    opened: duckdb.DuckDBPyConnection,
    tables: Sequence[Path],
    source: Source,
    layout: ViewLayout,
    span: tuple[int, int],
    own: bool = False,
) -> dict[str, npt.NDArray[np.float64]]:
    since, until = span
    reached = since - layout.reach - layout.tile
    always_known = duckdb_events.create_events(opened, tables, source, layout, reached, until)
    if layout.latest:
        return duckdb_latest.features(opened, layout, always_known)
    quick = running_totals.features(opened, layout) if always_known else None
    return quick or duckdb_windows.features(opened, layout, always_known, own)
