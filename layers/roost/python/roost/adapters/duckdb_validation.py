"""Row rules as SQL: each row keeps the first rule that it breaks, in the order in which the columns are declared."""

from collections.abc import Sequence
from pathlib import Path

import duckdb

from roost.adapters.duckdb_connection import literal, quoted
from roost.adapters.duckdb_files import raw_rows
from roost.ports import ValidationCounts
from roost.spec.sources import Column, ColumnType, Source

SQL_TYPES = {
    ColumnType.INTEGER: "BIGINT",
    ColumnType.FLOAT: "DOUBLE",
    ColumnType.DECIMAL: "DOUBLE",
    ColumnType.STRING: "VARCHAR",
    ColumnType.TIMESTAMP: "TIMESTAMP",
    ColumnType.BOOLEAN: "BOOLEAN",
}
REAL = frozenset({ColumnType.FLOAT, ColumnType.DECIMAL})


def validate(
    opened: duckdb.DuckDBPyConnection, paths: Sequence[Path], source: Source, valid: Path, quarantine: Path
) -> ValidationCounts:
    """Write valid rows, typed and ordered by event time, and rejected rows as text with ``broken_rule``."""
    opened.execute(f"CREATE TEMP TABLE raw AS {raw_rows(source, paths)}")
    opened.execute(f"CREATE TEMP TABLE judged AS {_judged(source)}")
    typed = ", ".join(f"{_typed(column)} AS {quoted(column.name)}" for column in source.columns)
    order = f"{quoted(source.event_time)}, row"
    kept = f"SELECT {typed}, row FROM judged WHERE broken_rule IS NULL"
    opened.execute(f"COPY (SELECT * EXCLUDE row FROM ({kept}) ORDER BY {order}) TO {literal(str(valid))} {PARQUET}")
    rejected = "SELECT * EXCLUDE row FROM judged WHERE broken_rule IS NOT NULL ORDER BY row"
    opened.execute(f"COPY ({rejected}) TO {literal(str(quarantine))} {PARQUET}")
    return _counts(opened)


PARQUET = "(FORMAT parquet, COMPRESSION zstd)"


def _counts(opened: duckdb.DuckDBPyConnection) -> ValidationCounts:
    query = "SELECT broken_rule, count(*) FROM judged GROUP BY broken_rule ORDER BY broken_rule"
    found: dict[str | None, int] = dict(opened.execute(query).fetchall())
    valid = found.pop(None, 0)
    rules = {str(rule): count for rule, count in found.items()}
    return ValidationCounts(rows=valid + sum(rules.values()), valid=valid, rules=rules)


def _judged(source: Source) -> str:
    numbered = "SELECT *, row_number() OVER () AS row FROM raw"
    copies = [
        f"row_number() OVER (PARTITION BY {_typed(column)} ORDER BY row) AS {quoted('copy of ' + column.name)}"
        for column in source.columns
        if column.unique
    ]
    marked = f"SELECT *{''.join(', ' + copy for copy in copies)} FROM ({numbered})"
    rules = [rule for column in source.columns for rule in _rules(column)]
    whens = " ".join(f"WHEN {broken} THEN {literal(name)}" for name, broken in rules)
    columns = ", ".join(quoted(column.name) for column in source.columns)
    return f"SELECT {columns}, row, CASE {whens} END AS broken_rule FROM ({marked})"


def _typed(column: Column) -> str:
    return f"TRY_CAST({quoted(column.name)} AS {SQL_TYPES[column.type]})"


def _rules(column: Column) -> list[tuple[str, str]]:
    cell, typed = quoted(column.name), _typed(column)
    rules = [] if column.nullable else [("null", f"{cell} IS NULL")]
    rules.append(("type", f"{cell} IS NOT NULL AND {typed} IS NULL"))
    if column.type in REAL:
        rules.append(("finite", f"NOT isfinite({typed})"))
    if column.minimum is not None:
        rules.append(("minimum", f"CAST({typed} AS DOUBLE) < {column.minimum!r}"))
    if column.maximum is not None:
        rules.append(("maximum", f"CAST({typed} AS DOUBLE) > {column.maximum!r}"))
    if column.allowed:
        rules.append(("allowed", f"{cell} NOT IN ({', '.join(literal(value) for value in column.allowed)})"))
    if column.unique:
        rules.append(("unique", f"{cell} IS NOT NULL AND {quoted('copy of ' + column.name)} > 1"))
    return [(f"{column.name} {name}", broken) for name, broken in rules]
