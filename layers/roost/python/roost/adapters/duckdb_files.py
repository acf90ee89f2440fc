"""Raw files as DuckDB relations in which every cell is text, so that one bad cell costs one row and not the file."""

from collections.abc import Sequence
from pathlib import Path

import duckdb

from roost.adapters.duckdb_connection import literal, quoted
from roost.errors import UnreadableData
from roost.spec.sources import Source

READERS = {
    "csv": "read_csv({files}, all_varchar = true, header = true, delim = ',', strict_mode = true)",
    "json": "read_json({files}, format = 'newline_delimited')",
    "parquet": "read_parquet({files})",
}


def raw_rows(source: Source, paths: Sequence[Path]) -> str:
    """SQL that selects the declared columns of the files as text."""
    files = "[" + ", ".join(literal(str(path)) for path in paths) + "]"
    columns = ", ".join(f"CAST({quoted(c.name)} AS VARCHAR) AS {quoted(c.name)}" for c in source.columns)
    return f"SELECT {columns} FROM {READERS[source.format].format(files=files)}"


def count_rows(opened: duckdb.DuckDBPyConnection, path: Path, source: Source) -> int:
    """Rows of one raw file.

    Raises:
        UnreadableData: it is not in the declared format, or a declared column is missing.
    """
    try:
        found = opened.execute(f"DESCRIBE SELECT * FROM {READERS[source.format].format(files=literal(str(path)))}")
        _check_columns(path, source, [str(row[0]) for row in found.fetchall()])
        counted = opened.execute(f"SELECT count(*) FROM ({raw_rows(source, [path])})").fetchone()
    except (duckdb.Error, UnicodeDecodeError) as error:
        told = str(error).splitlines()[0]
        raise UnreadableData(f"{path.name} cannot be read as {source.format} with UTF-8 text: {told}") from error
    return int(counted[0]) if counted else 0


def _check_columns(path: Path, source: Source, found: list[str]) -> None:
    missing = [column.name for column in source.columns if column.name not in found]
    if missing:
        raise UnreadableData(
            f"{path.name} lacks the column(s) {', '.join(missing)} of source '{source.name}'; it has {', '.join(found)}"
        )
