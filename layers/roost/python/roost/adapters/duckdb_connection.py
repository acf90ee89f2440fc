"""A DuckDB connection that spills to disk instead of dying."""

import contextlib
import tempfile
from collections.abc import Iterator

import duckdb

MEMORY_LIMIT = "1500MB"
THREADS = 2


@contextlib.contextmanager
def connection(memory_limit: str = MEMORY_LIMIT) -> Iterator[duckdb.DuckDBPyConnection]:
    """An in-memory database of its own; what exceeds the limit spills to a temporary folder."""
    with tempfile.TemporaryDirectory(prefix="duckdb-") as spill, duckdb.connect() as opened:
        opened.execute(f"SET memory_limit = '{memory_limit}'")
        opened.execute(f"SET threads = {THREADS}")
        opened.execute(f"SET temp_directory = '{spill}'")
        opened.execute("SET TimeZone = 'UTC'")
        yield opened


def quoted(name: str) -> str:
    """An SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """An SQL string literal."""
    return "'" + text.replace("'", "''") + "'"
