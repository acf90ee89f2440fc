"""Landed files as DuckDB relations in which every cell is text, so that one bad cell costs one row and not the file."""

import re

import duckdb

from roost.adapters.duckdb_cells import typed
from roost.adapters.duckdb_connection import literal, quoted
from roost.adapters.landed_columns import check_columns
from roost.adapters.landed_text import check_whole, compression, csv_columns, file_format, json_columns
from roost.errors import UnreadableData
from roost.ports import FileFacts, LocalCopy
from roost.spec.sources import Source

SHOWN_DATA = re.compile(r"[:,]? *(?:Object )?[{\[].*", re.DOTALL)
LOST = "state machine reached an invalid state"
TOLD = ("CSV Error", "Expected Number", "Invalid unicode", "Value with unterminated")


def inspect(opened: duckdb.DuckDBPyConnection, file: LocalCopy, source: Source) -> FileFacts:
    """Read a whole file once: its rows, its first and last event time, and how its columns differ from the declared.

    Raises:
        UnreadableData: the file is not in the declared format, or lacks a column that is not nullable.
    """
    found = _columns(opened, file, source)
    check_columns(file, source, found)
    declared = [column.name for column in source.columns]
    moment = f"epoch_us({typed(source.column(source.event_time))}) // 1000000"
    counts = ", ".join(f"count({quoted(name)})" for name in declared)
    query = f"SELECT count(*), min({moment}), max({moment}), {counts} FROM ({_text(file, source, found)})"
    rows, first, last, *filled = _run(opened, query, file, source)[0]
    ignored = tuple(name for name in found if name not in declared)
    absent = tuple(name for name, cells in zip(declared, filled, strict=True) if not cells and name not in found)
    return FileFacts(int(rows), first, last, ignored, absent)


def insert(opened: duckdb.DuckDBPyConnection, table: str, index: int, file: LocalCopy, source: Source) -> None:
    """Append a file's rows to a table of one number, ``index``, and the declared columns as text."""
    text = _text(file, source, _columns(opened, file, source))
    _run(opened, f"INSERT INTO {table} SELECT {index}, * FROM ({text})", file, source)


def _columns(opened: duckdb.DuckDBPyConnection, file: LocalCopy, source: Source) -> list[str]:
    if file.path.stat().st_size == 0:
        raise UnreadableData(f"{file.key} is empty (0 bytes); remove it, or upload it again")
    check_whole(file)
    match file_format(file.path, source.format):
        case "csv":
            return csv_columns(file)
        case "json":
            return json_columns(file)
    described = _run(opened, f"DESCRIBE SELECT * FROM read_parquet({literal(str(file.path))})", file, source)
    return [str(row[0]) for row in described]


def _text(file: LocalCopy, source: Source, found: list[str]) -> str:
    """SQL that selects the declared columns of a file as text; one that it does not have is null."""
    some = file_format(file.path, source.format) == "json"  # only the keys of its first records were looked at
    cells = [
        f"CAST({quoted(c.name)} AS VARCHAR)" if some or c.name in found else "NULL::VARCHAR" for c in source.columns
    ]
    columns = ", ".join(f"{cell} AS {quoted(c.name)}" for cell, c in zip(cells, source.columns, strict=True))
    return f"SELECT {columns} FROM {_reader(file, source, found)}"


def _reader(file: LocalCopy, source: Source, found: list[str]) -> str:
    path = literal(str(file.path))
    kind = file_format(file.path, source.format)
    if kind == "parquet":
        return f"read_parquet({path})"
    names = found if kind == "csv" else [column.name for column in source.columns]
    columns = "{" + ", ".join(f"{literal(name)}: 'VARCHAR'" for name in names) + "}"
    common = f"columns = {columns}, compression = '{compression(file.path)}'"
    if kind == "json":
        return f"read_json({path}, format = 'newline_delimited', {common})"
    return f"""read_csv({path}, auto_detect = false, header = true, delim = ',', quote = '"', escape = '"', {common})"""


def _run(opened: duckdb.DuckDBPyConnection, query: str, file: LocalCopy, source: Source) -> list[tuple[int, ...]]:
    try:
        return opened.execute(query).fetchall()
    except (duckdb.InvalidInputException, duckdb.ConversionException, duckdb.IOException) as error:
        told = _told(str(error)).replace(str(file.path), file.key)
        raise UnreadableData(f"{file.key} cannot be read as {source.format} in UTF-8: {told}") from error


def _told(message: str) -> str:
    """Where and why, without the data that DuckDB quotes."""
    if LOST in message:
        return "line ends are mixed, or a quote within a quoted cell is not doubled (RFC 4180)"
    first, *others = message.splitlines()
    kept = [SHOWN_DATA.sub("", first), *(line for line in others if line.startswith(TOLD))]
    return "; ".join(line.strip() for line in kept)
