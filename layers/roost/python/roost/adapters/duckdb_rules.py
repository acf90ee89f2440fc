"""The rules of a source as SQL conditions, each true where a row breaks it."""

from roost.adapters.duckdb_cells import text
from roost.adapters.duckdb_connection import literal, quoted
from roost.domain.request_validation import MAX_STRING
from roost.spec.sources import NUMERIC, Column, ColumnType, Source

UNITS = 2.0**63  # sums are kept in 64 bits: see domain.windows


def row_rules(source: Source, now: str) -> list[tuple[str, str]]:
    """Name and condition of each rule, over a row's text columns and its typed ones under ``typed.``.

    ``now`` is an SQL timestamp: an event may not lie after it.
    """
    rules = [rule for column in source.columns for rule in _rules(column, column.name == source.event_time)]
    return [*rules, (f"{source.event_time} future", f"{_value(source.event_time)} > {now}")]


def _rules(column: Column, required: bool) -> list[tuple[str, str]]:
    cell, value = text(column), _value(column.name)
    rules = [("type", f"{cell} IS NOT NULL AND {value} IS NULL")]
    if required or not column.nullable:
        rules.append(("null", f"{cell} IS NULL"))
    if column.type in NUMERIC:
        rules += _number_rules(column, f"CAST({value} AS DOUBLE)")
    if column.type is ColumnType.STRING:
        rules.append(("length", f"length({value}) > {MAX_STRING}"))
    if column.allowed:
        rules.append(("allowed", f"{cell} NOT IN ({', '.join(map(literal, column.allowed))})"))
    return [(f"{column.name} {kind}", condition) for kind, condition in rules]


def _number_rules(column: Column, number: str) -> list[tuple[str, str]]:
    rules = [("finite", f"NOT isfinite({number})")]
    if column.minimum is not None:
        rules.append(("minimum", f"{number} < {column.minimum!r}::DOUBLE AND isfinite({number})"))
    if column.maximum is not None:
        rules.append(("maximum", f"{number} > {column.maximum!r}::DOUBLE AND isfinite({number})"))
    if column.type is ColumnType.DECIMAL:
        largest = UNITS / 10.0**column.decimals
        rules.append(("magnitude", f"abs({number}) >= {largest!r}::DOUBLE AND isfinite({number})"))
    return rules


def _value(name: str) -> str:
    return f"typed.{quoted(name)}"
