"""The events of a view in SQL: when each happened, when each version became known, and its columns in fixed point.

Times are microseconds since 1970. A version of an event counts from ``known`` until the next one is known (``until``);
versions that do not differ in the view's columns are one. What ``domain.entity_events`` says is said here again in
SQL, and a property test compares the two.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from roost.adapters.duckdb_cells import no_value
from roost.adapters.duckdb_connection import literal, quoted
from roost.domain.entity_events import HALF, MICROS
from roost.domain.view_layout import Stored, ViewLayout
from roost.spec.sources import Source


@dataclass(frozen=True)
class History:
    """Rows of a view's source.

    Attributes:
        tables: Parquet files that hold them.
        since: when the first ones happened, seconds since 1970.
        until: before when the last ones did; None for all.
        only: which of them matter, as a condition on the key in SQL (``{}``).
    """

    tables: Sequence[Path]
    source: Source
    layout: ViewLayout
    since: int
    until: int | None = None
    only: str = "true"

    def rows(self, opened: duckdb.DuckDBPyConnection) -> str:
        """``FROM ... WHERE ...`` of the rows that have a key."""
        time, key = quoted(self.source.event_time), quoted(self.layout.key)
        stretch = f"{time} >= make_timestamp({self.since * MICROS})"
        stretch += "" if self.until is None else f" AND {time} < make_timestamp({self.until * MICROS})"
        rows = parquet(opened, self.tables, self.source)
        return f"FROM {rows} WHERE {key} IS NOT NULL AND {stretch} AND {self.only.format(key)}"


def create_events(opened: duckdb.DuckDBPyConnection, history: History) -> bool:
    """Create the table ``events`` (k, t, known, until, id, u0, u1, ...) of a history.

    Returns:
        Whether every event was known when it happened and never changed, so that nobody need ask when.
    """
    doubled = _create_rows(opened, history)
    late = _any(opened, "SELECT 1 FROM events WHERE known > t LIMIT 1")
    if doubled:
        opened.execute(f"CREATE OR REPLACE TEMP TABLE events AS {_versions(history.layout)}")
    return not (late or doubled)


def create_last_versions(opened: duckdb.DuckDBPyConnection, history: History) -> None:
    """Create ``events`` of the version of each event that a merge keeps: known last, then with the larger columns."""
    if _create_rows(opened, history):
        order = ", ".join(["known DESC", *(f"{name} DESC NULLS LAST" for name in units(history.layout))])
        rank = f"row_number() OVER (PARTITION BY k, id, t ORDER BY {order})"
        opened.execute(f"CREATE OR REPLACE TEMP TABLE events AS SELECT * FROM events QUALIFY {rank} = 1")


def _create_rows(opened: duckdb.DuckDBPyConnection, history: History) -> bool:
    """Create ``events`` of all rows; tells whether some event has several."""
    opened.execute(f"CREATE OR REPLACE TEMP TABLE events AS {_raw(opened, history)}")
    twice = "SELECT 1 FROM events GROUP BY id, t HAVING count(*) > 1 LIMIT 1"
    return bool(history.source.event_id) and _any(opened, twice)


def _any(opened: duckdb.DuckDBPyConnection, query: str) -> bool:
    return opened.execute(query).fetchone() is not None


def units(layout: ViewLayout) -> list[str]:
    """Names of the view's columns in the table ``events``."""
    return [f"u{index}" for index in range(len(layout.columns))]


def parquet(opened: duckdb.DuckDBPyConnection, tables: Sequence[Path], source: Source) -> str:
    """A relation of Parquet files, with columns of the same names matched; a nullable one that none has is null."""
    rows = stored(tables)
    found = {str(row[0]).casefold() for row in opened.execute(f"DESCRIBE SELECT * FROM {rows}").fetchall()}
    absent = [column for column in source.columns if column.nullable and column.name not in found]
    nulls = "".join(f", {no_value(column)} AS {quoted(column.name)}" for column in absent)
    return f"(SELECT *{nulls} FROM {rows})" if absent else rows


def stored(tables: Sequence[Path]) -> str:
    """A relation of Parquet files, with columns of the same names matched."""
    files = ", ".join(literal(str(table)) for table in tables)
    return f"read_parquet([{files}], file_row_number = true, union_by_name = true)"


def count_rows(opened: duckdb.DuckDBPyConnection, tables: Sequence[Path]) -> int:
    """Rows of Parquet files, from their footers."""
    return int(opened.execute(f"SELECT count(*) FROM {stored(tables)}").fetchall()[0][0])


def _raw(opened: duckdb.DuckDBPyConnection, history: History) -> str:
    source, layout = history.source, history.layout
    columns = "".join(f", {_unit(column)} AS u{index}" for index, column in enumerate(layout.columns))
    return (
        f"SELECT {quoted(layout.key)} AS k, epoch_us({quoted(source.event_time)}) AS t, {known(source)} AS known, "
        f"NULL::BIGINT AS until, {number(source)} AS id{columns} {history.rows(opened)}"
    )


def known(source: Source) -> str:
    """When a row became known, in microseconds: never before its event."""
    time = f"epoch_us({quoted(source.event_time)})"
    return f"greatest({time}, epoch_us({quoted(source.ingested_at)}))" if source.ingested_at else time


def number(source: Source) -> str:
    """What tells events of one time apart; without ids each row is an event of its own."""
    return quoted(source.event_id) if source.event_id else "file_row_number"


def event_digest(identifier: str, time: str) -> str:
    """As ``event_number``."""
    return digest(f"concat({identifier}, '@', {time})")


def digest(text: str) -> str:
    """The first 64 bits of a text's MD5 as a signed integer, as ``text_number`` has it."""
    return f"(('0x' || substr(md5({text}), 1, 16))::UBIGINT::HUGEINT - {HALF})::BIGINT"


def _unit(column: Stored) -> str:
    cell = quoted(column.name)
    if column.text:
        return f"CASE WHEN {cell} IS NOT NULL THEN {digest(f'{cell}::VARCHAR')} END"
    return f"floor({cell}::DOUBLE * {10.0**column.decimals!r}::DOUBLE + 0.5)::BIGINT"


def _versions(layout: ViewLayout) -> str:
    names = units(layout)
    order = ", ".join(["known", *(f"{name} NULLS FIRST" for name in names)])
    fields = ", ".join(f"{name} := {name}" for name in names)
    differs = f"struct_pack({fields}) IS DISTINCT FROM before" if names else "false"
    before = f"lag(struct_pack({fields})) OVER versions" if names else "NULL"
    kept = (
        f"SELECT * EXCLUDE (place, before) FROM (SELECT *, row_number() OVER versions AS place, {before} AS before "
        f"FROM events WINDOW versions AS (PARTITION BY k, id, t ORDER BY {order})) WHERE place = 1 OR {differs}"
    )
    return f"SELECT * EXCLUDE (until), lead(known) OVER (PARTITION BY k, id, t ORDER BY {order}) AS until FROM ({kept})"
