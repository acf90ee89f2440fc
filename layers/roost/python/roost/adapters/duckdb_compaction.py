"""Many small Parquet files as one; ordering them and finding equal rows spill to disk what exceeds memory."""

from collections.abc import Sequence
from pathlib import Path

import duckdb

from roost.adapters.duckdb_connection import PARQUET, literal, quoted
from roost.errors import UnreadableData
from roost.ports import CompactedRows, LocalCopy
from roost.spec.sources import Source


def compact(
    opened: duckdb.DuckDBPyConnection, files: Sequence[LocalCopy], source: Source, target: Path
) -> CompactedRows:
    """Write the distinct rows of files, ordered by event time, id and all other columns.

    Raises:
        UnreadableData: a file is no Parquet file.
    """
    paths = ", ".join(literal(str(file.path)) for file in files)
    relation = f"read_parquet([{paths}], union_by_name = true)"
    try:
        names = [str(row[0]) for row in opened.execute(f"DESCRIBE SELECT * FROM {relation}").fetchall()]
        order = ", ".join(quoted(name) for name in sorted(names, key=lambda name: _rank(name, source)))
        read = _count(opened, f"SELECT count(*) FROM {relation}")
        rows = f"SELECT DISTINCT * FROM {relation} ORDER BY {order}"
        kept = _count(opened, f"COPY ({rows}) TO {literal(str(target))} {PARQUET}")
    except (duckdb.InvalidInputException, duckdb.IOException) as error:
        raise UnreadableData(f"{_blamed(str(error), files)} cannot be read as Parquet; remove it") from error
    return CompactedRows(read, kept)


def _rank(name: str, source: Source) -> tuple[bool, bool, str]:
    return name != source.event_time, name != source.event_id, name


def _count(opened: duckdb.DuckDBPyConnection, query: str) -> int:
    return int(opened.execute(query).fetchall()[0][0])


def _blamed(message: str, files: Sequence[LocalCopy]) -> str:
    """The file that a message of DuckDB speaks of."""
    told = [file.key for file in files if str(file.path) in message]
    return told[0] if told else f"one of {len(files)} files from {files[0].key} on"
