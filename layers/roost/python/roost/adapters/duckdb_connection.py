"""A DuckDB connection that spills to disk instead of dying, and that never reaches for the network."""

import contextlib
import functools
import shutil
import tempfile
import weakref
from collections.abc import Iterator

import duckdb

MEMORY_LIMIT = "1500MB"
THREADS = 2
PARQUET = "(FORMAT parquet, COMPRESSION zstd)"


@contextlib.contextmanager
def connection(memory_limit: str = MEMORY_LIMIT) -> Iterator[duckdb.DuckDBPyConnection]:
    """An in-memory database of its own; what exceeds the limit spills to a temporary folder."""
    with tempfile.TemporaryDirectory(prefix="duckdb-") as spill, _database(memory_limit, spill) as opened:
        yield opened


class Database:
    """An in-memory database that is made when it is first used, and kept: making one takes 20 ms and new memory."""

    def __init__(self, memory_limit: str) -> None:
        self._memory_limit = memory_limit

    @functools.cached_property
    def _kept(self) -> duckdb.DuckDBPyConnection:
        spill = tempfile.mkdtemp(prefix="duckdb-")
        weakref.finalize(self, shutil.rmtree, spill, ignore_errors=True)
        return _database(self._memory_limit, spill)

    @contextlib.contextmanager
    def session(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """A connection whose temporary tables go with it."""
        with self._kept.cursor() as opened:
            yield opened


def _database(memory_limit: str, spill: str) -> duckdb.DuckDBPyConnection:
    settings: dict[str, str | bool | int | float | list[str]] = {
        "memory_limit": memory_limit,
        "threads": THREADS,
        "temp_directory": spill,
        "autoinstall_known_extensions": False,
        "TimeZone": "UTC",
    }
    return duckdb.connect(config=settings)


def quoted(name: str) -> str:
    """An SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """An SQL string literal."""
    return "'" + text.replace("'", "''") + "'"
