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
    duckdb_profile,
    duckdb_validation,
)
from roost.adapters.duckdb_connection import MEMORY_LIMIT, PARQUET, Database, connection, literal, quoted
from roost.adapters.duckdb_events import History
from roost.adapters.duckdb_features import Features, Questions, features
from roost.adapters.entity_numbers import Asked
from roost.adapters.memory_limit import engine_share, in_bytes, portions
from roost.domain.entity_events import MICROS
from roost.domain.event_codec import EventArrays
from roost.domain.naive_features import Known
from roost.domain.profile import Bins, Profile, ProfileQuestions
from roost.domain.view_layout import ViewLayout
from roost.ports import CompactedRows, FileFacts, LocalCopy, RowSpan, ValidationCounts
from roost.spec.sources import Source


class DuckDBTables:
    """Tables on local disk.

    ``memory_limit``, a number and a unit like ``512MB``, is what DuckDB may use before it spills to disk. Where
    features are computed it covers arrays and answers too: DuckDB gets half of it, and rows are answered in as many
    portions of entities as keep the process within it, a million labels and their answers included (see
    ``memory_limit.portions`` and docs/benchmarks.md). Each portion reads the files again. What the caller holds beyond
    that comes on top, and an entity is never divided.
    """

    def __init__(self, memory_limit: str = MEMORY_LIMIT) -> None:
        self._memory_limit, self._bytes = memory_limit, in_bytes(memory_limit)
        self._features_database = Database(engine_share(self._bytes))

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

    def profile(self, table: Path, source: Source, asked: ProfileQuestions) -> Profile:
        """What set-level rules ask about a valid table."""
        with connection(self._memory_limit) as opened:
            return duckdb_profile.profile(opened, table, source, asked)

    def bin_counts(
        self, table: Path, source: Source, bins: Mapping[str, Bins], after: int | None
    ) -> dict[str, tuple[int, ...]]:
        """Rows by bin."""
        with connection(self._memory_limit) as opened:
            return duckdb_profile.bin_counts(opened, table, source, bins, after)

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

    def row_features(self, rows: RowSpan, table: Path, source: Source, layout: ViewLayout) -> Features:
        """Features of a view for the same rows in the same order."""
        with self._features_database.session() as opened:
            questions = duckdb_columns.asked(opened, rows, layout.key)
            made = opened.execute(f"CREATE TEMP TABLE questions AS {questions}").fetchall()
            asked = Questions(np.arange(made[0][0]), own=table == rows.table)
            return self._features(opened, _history([table], source, layout, (rows.since, rows.until)), asked)

    def features_at(
        self,
        tables: Sequence[Path],
        source: Source,
        layout: ViewLayout,
        keys: npt.NDArray[Any],
        times: npt.NDArray[Any],
    ) -> Features:
        """Features of a view for any keys at any times."""
        asked = Questions(np.arange(len(keys)), Asked(keys, times))
        span = (int(times.min()) // MICROS, int(times.max()) // MICROS + 1) if len(times) else (0, 0)
        with self._features_database.session() as opened:
            opened.register("labels", {"row": asked.row, "k": keys, "t": times})
            opened.execute("CREATE TEMP VIEW questions AS SELECT row, k, t FROM labels")
            return self._features(opened, _history(tables, source, layout, span), asked)

    def accounts(
        self, tables: Sequence[Path], source: Source, layout: ViewLayout, since: int
    ) -> tuple[npt.NDArray[Any], EventArrays]:
        """Entity keys and events of all entities."""
        with connection(self._memory_limit) as opened:
            duckdb_events.create_last_versions(opened, History(tables, source, layout, since))
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

    def _features(self, opened: duckdb.DuckDBPyConnection, history: History, asked: Questions) -> Features:
        events = duckdb_events.count_rows(opened, history.tables)
        return features(opened, history, asked, portions(history.layout, events, len(asked.row), self._bytes))


def _history(tables: Sequence[Path], source: Source, layout: ViewLayout, asked: tuple[int, int]) -> History:
    """What rows that ask within a stretch of seconds can reach."""
    since, until = asked
    return History(tables, source, layout, since - layout.reach - layout.tile, until)
