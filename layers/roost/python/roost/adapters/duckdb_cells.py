"""From text to typed values in SQL, strictly: what is not written like the declared type is no value.

DuckDB's own casts are more forgiving than a data contract should be: they round ``1.5`` to an integer, take ``1_000``
and ``infinity``, and drop the offset of a timestamp.
"""

from roost.adapters.duckdb_connection import quoted
from roost.spec.sources import Column, ColumnType

INTEGER = r"[+-]?[0-9]+(\.0*)?"
REAL = r"(?i)[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)(e[+-]?[0-9]+)?|nan|[+-]?inf(inity)?"
DATE = r"[0-9]{4}-[0-9]{2}-[0-9]{2}.*"
STORED = {
    ColumnType.STRING: "VARCHAR",
    ColumnType.INTEGER: "BIGINT",
    ColumnType.FLOAT: "DOUBLE",
    ColumnType.DECIMAL: "DOUBLE",
    ColumnType.TIMESTAMP: "TIMESTAMP",
    ColumnType.BOOLEAN: "BOOLEAN",
}


def no_value(column: Column) -> str:
    """What stands for a column that is not there: null of its type."""
    return f"NULL::{STORED[column.type]}"


def text(column: Column) -> str:
    """The cell as text, null where it is blank; a string column's own blanks are kept."""
    cell = quoted(column.name)
    return cell if column.type is ColumnType.STRING else f"nullif(trim({cell}), '')"


def typed(column: Column) -> str:
    """The cell as its declared type, null where it is no such value; timestamps are UTC unless they carry an offset."""
    cell = text(column)
    match column.type:
        case ColumnType.STRING:
            return cell
        case ColumnType.INTEGER:
            return _cast(cell, INTEGER, "BIGINT")
        case ColumnType.FLOAT | ColumnType.DECIMAL:
            return _cast(cell, REAL, "DOUBLE")
        case ColumnType.TIMESTAMP:
            return f"({_cast(cell, DATE, 'TIMESTAMPTZ')} AT TIME ZONE 'UTC')"
        case ColumnType.BOOLEAN:
            return f"TRY_CAST({cell} AS BOOLEAN)"


def _cast(cell: str, pattern: str, target: str) -> str:
    return f"CASE WHEN regexp_full_match({cell}, '{pattern}') THEN TRY_CAST({cell} AS {target}) END"
