"""Rows against the rules of their source: good ones typed, bad ones as they came, with every rule that they broke."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from roost.adapters.duckdb_cells import typed
from roost.adapters.duckdb_connection import PARQUET, literal, quoted
from roost.adapters.duckdb_files import insert
from roost.adapters.duckdb_rules import row_rules
from roost.ports import LocalCopy, ValidationCounts
from roost.spec.sources import Source

SEPARATOR = "; "
EXAMPLES, CELL_SHOWN = 3, 40


def validate(
    opened: duckdb.DuckDBPyConnection,
    files: Iterable[LocalCopy],
    source: Source,
    now: datetime,
    valid: Path,
    quarantine: Path,
) -> ValidationCounts:
    """Write valid rows ordered by event time, and rejected rows as text with ``file``, ``row`` and ``broken_rule``."""
    keys = _load(opened, files, source)
    opened.execute(f"CREATE TABLE judged AS {_judged(source, now)}")
    for column in source.columns:
        if column.unique:
            opened.execute(_copies(column.name))
    order = f"{quoted(source.event_time)}, position"
    kept = f"SELECT * EXCLUDE (broken, position) FROM judged WHERE broken = '' ORDER BY {order}"
    opened.execute(f"COPY ({kept}) TO {literal(str(valid))} {PARQUET}")
    opened.execute(f"COPY ({_rejected(source, keys)}) TO {literal(str(quarantine))} {PARQUET}")
    counts = _counts(opened)
    return replace(counts, examples={rule: _examples(opened, quarantine, rule) for rule in counts.rules})


def _load(opened: duckdb.DuckDBPyConnection, files: Iterable[LocalCopy], source: Source) -> list[str]:
    columns = ", ".join(f"{quoted(column.name)} VARCHAR" for column in source.columns)
    opened.execute(f"CREATE TABLE landed (file_index INTEGER, {columns})")
    keys = []
    for index, file in enumerate(files):
        insert(opened, "landed", index, file, source)
        keys.append(file.key)
    return keys


def _judged(source: Source, now: datetime) -> str:
    moment = f"TIMESTAMP {literal(now.astimezone(UTC).strftime('%Y-%m-%d %H:%M:%S.%f'))}"
    values = ", ".join(f"{quoted(column.name)} := {typed(column)}" for column in source.columns)
    broken = ", ".join(
        f"CASE WHEN {condition} THEN {literal(name)} END" for name, condition in row_rules(source, moment)
    )
    return (
        f"SELECT typed.*, rowid AS position, concat_ws({literal(SEPARATOR)}, {broken}) AS broken "
        f"FROM (SELECT *, rowid, struct_pack({values}) AS typed FROM landed)"
    )


def _copies(name: str) -> str:
    """Mark the later ones of valid rows that share a value."""
    copies = f"SELECT position, row_number() OVER (PARTITION BY {quoted(name)} ORDER BY position) AS copy FROM judged"
    valid = f"{copies} WHERE broken = '' AND {quoted(name)} IS NOT NULL"
    return (
        f"UPDATE judged SET broken = {literal(name + ' unique')} "
        f"FROM ({valid}) AS copies WHERE copies.position = judged.position AND copies.copy > 1"
    )


def _rejected(source: Source, keys: list[str]) -> str:
    columns = ", ".join(f"landed.{quoted(column.name)}" for column in source.columns)
    names = ", ".join(map(literal, keys)) if keys else "NULL"
    return (
        f"SELECT list_extract([{names}], landed.file_index + 1) AS file, landed.rowid - first.position + 1 AS row, "
        f"{columns}, broken AS broken_rule FROM judged JOIN landed ON landed.rowid = judged.position "
        "JOIN (SELECT file_index, min(rowid) AS position FROM landed GROUP BY file_index) AS first "
        "ON first.file_index = landed.file_index WHERE broken <> '' ORDER BY judged.position"
    )


def _examples(opened: duckdb.DuckDBPyConnection, quarantine: Path, rule: str) -> tuple[str, ...]:
    """Where some of the rows are that broke a rule, and the cell that it is about."""
    cell = f"left({quoted(rule.split(' ', maxsplit=1)[0])}, {CELL_SHOWN})"
    found = opened.execute(
        f"SELECT file, row, {cell} FROM read_parquet({literal(str(quarantine))}) "
        f"WHERE list_contains(string_split(broken_rule, {literal(SEPARATOR)}), {literal(rule)}) "
        f"ORDER BY file, row LIMIT {EXAMPLES}"
    ).fetchall()
    return tuple(f"{file} row {row}: {'null' if shown is None else repr(shown)}" for file, row, shown in found)


def _counts(opened: duckdb.DuckDBPyConnection) -> ValidationCounts:
    total, valid = opened.execute("SELECT count(*), count(*) FILTER (broken = '') FROM judged").fetchall()[0]
    split = f"SELECT unnest(string_split(broken, {literal(SEPARATOR)})) AS rule FROM judged WHERE broken <> ''"
    rules = opened.execute(f"SELECT rule, count(*) FROM ({split}) GROUP BY rule ORDER BY rule").fetchall()
    return ValidationCounts(rows=int(total), valid=int(valid), rules={str(rule): int(count) for rule, count in rules})
