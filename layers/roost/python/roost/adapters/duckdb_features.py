"""Features of the rows in ``questions`` (row from 0 on, k, t): in portions of entities, each view in its best way."""

from dataclasses import replace
from typing import Any, NamedTuple

import duckdb
import numpy as np
import numpy.typing as npt

from roost.adapters import duckdb_latest, duckdb_windows, newest_values, running_totals
from roost.adapters.duckdb_events import History, create_events
from roost.adapters.entity_numbers import Asked
from roost.spec.sources import ColumnType

Features = dict[str, npt.NDArray[np.float64]]


class Questions(NamedTuple):
    """Rows in ``questions``, with keys and times if they came as arrays.

    ``own`` says that they are rows of the history themselves, with its ``id``.
    """

    row: npt.NDArray[np.int64]
    arrays: Asked | None = None
    own: bool = False

    def some(self, row: npt.NDArray[np.int64]) -> "Questions":
        """Those with these numbers."""
        arrays = Asked(self.arrays.keys[row], self.arrays.times[row]) if self.arrays else None
        return Questions(row, arrays, self.own)


def features(opened: duckdb.DuckDBPyConnection, history: History, asked: Questions, count: int) -> Features:
    """Features of all rows in their order, answered in ``count`` portions.

    Raises:
        DataRejected: a sum does not fit into 64 bits.
    """
    if count == 1:
        return _portion(opened, history, asked)
    found = {recipe.feature: np.empty(len(asked.row)) for recipe in history.layout.recipes}
    for portion in range(count):
        mine = replace(history, only=_hashed(history, count, portion))
        row = _rows(opened, mine)
        for name, column in _portion(opened, mine, asked.some(row)).items():
            found[name][row] = column
    return found


def _hashed(history: History, count: int, portion: int) -> str:
    """The entities of a portion; keys are cast to their declared type, so that equal ones fall into one portion."""
    kind = "BIGINT" if history.source.column(history.layout.key).type is ColumnType.INTEGER else "VARCHAR"
    return f"hash(TRY_CAST({{}} AS {kind})) % {count} = {portion}"


def _portion(opened: duckdb.DuckDBPyConnection, history: History, asked: Questions) -> Features:
    _ask(opened, history.only.format("k"))
    if history.layout.latest:
        return _newest(opened, history, asked)
    always_known = create_events(opened, history)
    quick = running_totals.features(opened, history.layout) if always_known else None
    return quick or duckdb_windows.features(opened, history.layout, always_known, own=asked.own)


def _rows(opened: duckdb.DuckDBPyConnection, history: History) -> npt.NDArray[np.int64]:
    mine = history.only.format("k")
    found: dict[str, Any] = opened.execute(f"SELECT row FROM questions WHERE {mine} ORDER BY row").fetchnumpy()
    return np.asarray(found["row"], dtype=np.int64)


def _ask(opened: duckdb.DuckDBPyConnection, condition: str) -> None:
    opened.execute(f"CREATE OR REPLACE TEMP VIEW asked AS SELECT * FROM questions WHERE {condition}")


def _newest(opened: duckdb.DuckDBPyConnection, history: History, asked: Questions) -> Features:
    quick = newest_values.answers(opened, history, asked.arrays or _arrays(opened))
    if quick is None:
        return duckdb_latest.features(opened, history)
    if quick.doubtful.any():
        opened.register("doubtful", {"row": asked.row[quick.doubtful]})
        _ask(opened, "row IN (SELECT row FROM doubtful)")
        rest = duckdb_latest.features(opened, replace(history, only="{} IN (SELECT k FROM asked)"))
        for name, column in rest.items():
            quick.features[name][quick.doubtful] = column
    return quick.features


def _arrays(opened: duckdb.DuckDBPyConnection) -> Asked:
    found: dict[str, Any] = opened.execute("SELECT k, t FROM asked ORDER BY row").fetchnumpy()
    keys = found["k"]
    return Asked(keys.astype(object) if np.ma.is_masked(keys) else keys, found["t"])  # a null key is no number
