"""Events and those who ask about them, with entities as numbers: integer keys nearly as they are, others counted."""

from typing import Any, NamedTuple

import duckdb
import numpy as np
import numpy.typing as npt

from roost.adapters.duckdb_connection import quoted
from roost.adapters.duckdb_events import History, known, units
from roost.domain.newest_events import Integers
from roost.spec.sources import ColumnType

WIDEST = 1 << 32
ENTITIES = "SELECT k, row_number() OVER () - 1 AS entity FROM (SELECT DISTINCT k FROM asked WHERE k IS NOT NULL)"


class Asked(NamedTuple):
    """The rows of ``asked`` in the order of ``row``: keys as they were given, times in microseconds since 1970."""

    keys: npt.NDArray[Any]
    times: Integers


class Events(NamedTuple):
    """Arrays of shape (events,); ``known`` only where the source tells it, columns as they lie in the files."""

    entity: Integers
    time: Integers
    known: Integers | None
    columns: list[Any]  # float64, masked where some are null


def numbered(opened: duckdb.DuckDBPyConnection, history: History, asked: Asked) -> tuple[Events, Integers]:
    """The events of a history, and the entity of each row that asks, -1 where none is known of it."""
    rows = _rows(opened, history)
    if asked.keys.dtype.kind == "i" and history.source.column(history.layout.key).type is ColumnType.INTEGER:
        events = _events(opened, history, f"SELECT k AS entity, * EXCLUDE (k) FROM ({rows})")
        if _near(events.entity):
            return _from_nought(events, asked.keys.astype(np.int64, copy=False))
    opened.execute(f"CREATE OR REPLACE TEMP TABLE entities AS {ENTITIES}")
    events = _events(opened, history, f"SELECT entity, r.* EXCLUDE (k) FROM ({rows}) AS r JOIN entities USING (k)")
    found = opened.execute(
        "SELECT coalesce(entity, -1) AS entity FROM asked LEFT JOIN entities USING (k) ORDER BY row"
    ).fetchnumpy()
    return events, np.asarray(found["entity"], dtype=np.int64)


def _rows(opened: duckdb.DuckDBPyConnection, history: History) -> str:
    source, layout = history.source, history.layout
    columns = "".join(f", {quoted(column.name)}::DOUBLE AS u{place}" for place, column in enumerate(layout.columns))
    arrival = f", {known(source)} AS known" if source.ingested_at else ""
    time, key = quoted(source.event_time), quoted(layout.key)
    return f"SELECT {key} AS k, epoch_us({time}) AS t{arrival}{columns} {history.rows(opened)}"


def _events(opened: duckdb.DuckDBPyConnection, history: History, query: str) -> Events:
    found: dict[str, Any] = opened.sql(query).fetchnumpy()
    columns = [found[name] for name in units(history.layout)]
    return Events(np.asarray(found["entity"]), np.asarray(found["t"], dtype=np.int64), found.get("known"), columns)


def _near(keys: npt.NDArray[Any]) -> bool:
    """Whether keys are integers of which a few steps sort all."""
    return keys.dtype.kind == "i" and (not len(keys) or int(keys.max()) - int(keys.min()) < WIDEST)


def _from_nought(events: Events, asked: Integers) -> tuple[Events, Integers]:
    if not len(events.entity):
        return events, np.full(len(asked), -1, np.int64)
    lowest, highest = int(events.entity.min()), int(events.entity.max())
    numbers = np.where((asked >= lowest) & (asked <= highest), asked - lowest, -1)
    return events._replace(entity=events.entity.astype(np.int64) - lowest), numbers
