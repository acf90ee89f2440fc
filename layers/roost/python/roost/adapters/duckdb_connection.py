"""A DuckDB connection that spills to disk instead of dying, and that never reaches for the network."""

import contextlib
import tempfile
from collections.abc import Iterator

import duckdb

MEMORY_LIMIT = "1500MB"
THREADS = 2
PARQUET = "(FORMAT parquet, COMPRESSION zstd)"


@contextlib.contextmanager
def connection(memory_limit: str = MEMORY_LIMIT) -> Iterator[duckdb.DuckDBPyConnection]:
    """An in-memory database of its own; what exceeds the limit spills to a temporary folder."""
    with tempfile.TemporaryDirectory(prefix="duckdb-") as spill:
        settings: dict[str, str | bool | int | float | list[str]] = {
            "memory_limit": memory_limit,
            "threads": THREADS,
            "temp_directory": spill,
            "autoinstall_known_extensions": False,
            "TimeZone": "UTC",
        }
        with duckdb.connect(config=settings) as opened:
            yield opened


def quoted(name: str) -> str:
    """An SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """An SQL string literal."""
    return "'" + text.replace("'", "''") + "'"
