"""Features in SQL, by the definition in ``domain.windows``: of rows that ask, ``asked`` (row, k, t).

Rows that could know all that is known now are answered by window frames over the events' last versions: one query whose
bounds differ from row to row (DuckDB documentation, "Window Functions", RANGE framing). Rows that asked before some
event in their reach was known are answered one by one, by a join with the versions of their time.
"""

from typing import Any, NamedTuple

import duckdb
import numpy as np
import numpy.typing as npt

from roost.adapters.duckdb_events import units
from roost.domain.aggregates import HIGH, OF_MANY, PARTS
from roost.domain.entity_events import MICROS
from roost.domain.view_layout import COUNT, Recipe, ViewLayout
from roost.errors import DataRejected

Reals = npt.NDArray[np.float64]
LAST_VERSIONS = "(SELECT * FROM events WHERE until IS NULL)"


def features(opened: duckdb.DuckDBPyConnection, layout: ViewLayout, always_known: bool, own: bool) -> dict[str, Reals]:
    """Features of the rows in ``asked``, from the table ``events``, in the order of ``row``.

    ``own`` says that the rows are events themselves, with the same ``id``: half the work.

    Raises:
        DataRejected: a sum does not fit into 64 bits.
    """
    wanted = _wanted(layout)
    query = _framed(layout, wanted, _own_rows(layout) if own and always_known else _rows_and_events(layout))
    if not always_known:
        opened.execute(f"CREATE OR REPLACE TEMP TABLE early AS {early(layout, layout.windows[-1])}")
        query = f"{query} WHERE row NOT IN (SELECT row FROM early) UNION ALL {_joined(layout, wanted)}"
    found = _fetched(opened, f"SELECT * FROM ({query}) ORDER BY row")
    return {recipe.feature: _feature(recipe, found) for recipe in layout.recipes}


class Part(NamedTuple):
    """One number of a column in a window: an aggregate of ``{0}``, which rows count, and what is done with it."""

    call: str
    where: str = ""
    around: str = "{}"

    def sql(self, column: str, over: str = "", inside: str = "") -> str:
        """The aggregate of a column, over a frame or of the rows inside a window."""
        conditions = " AND ".join(condition for condition in (self.where.format(column), inside) if condition)
        filtered = f" FILTER ({conditions})" if conditions else ""
        return self.around.format(f"{self.call.format(column)}{filtered}{over}")


EVENTS = Part("count(e)")
SQUARES = "sum({0}::HUGEINT * {0})"
AGGREGATES = {
    "count": Part("count({0})"),
    "sum": Part("sum({0})", around="coalesce({}, 0)::BIGINT"),
    "min": Part("min({0})"),
    "max": Part("max({0})"),
    "last": Part("max(struct_pack(t := t, v := {0}))", where="{0} IS NOT NULL", around="({}).v"),
    "distinct": Part("count(DISTINCT {0})"),
    "squares_high": Part(SQUARES, around=f"(coalesce({{}}, 0) // {HIGH})::BIGINT"),
    "squares_low": Part(SQUARES, around=f"(coalesce({{}}, 0) % {HIGH})::BIGINT"),
}

Wanted = dict[str, tuple[int, str, Part]]  # by name: window, column, aggregate


def _wanted(layout: ViewLayout) -> Wanted:
    """The numbers that the features need, each once."""
    found: Wanted = {}
    for recipe in layout.recipes:
        if recipe.function == COUNT:
            found[f"n_{recipe.window}"] = (recipe.window, "", EVENTS)
        for part in PARTS.get(recipe.function, ()):
            name = f"{part}{recipe.place}_{recipe.window}"
            found[name] = (recipe.window, f"u{recipe.place}", AGGREGATES[part])
    return found


def _rows_and_events(layout: ViewLayout) -> str:
    values = "".join(f", {name}" for name in units(layout))
    return f"SELECT NULL::BIGINT AS row, k, t, 1 AS e{values} FROM {LAST_VERSIONS} UNION ALL {_askers(layout)}"


def _own_rows(layout: ViewLayout) -> str:
    """Events that ask; a row without a key is no entity's event, and asks alone."""
    values = "".join(f", e.{name}" for name in units(layout))
    return (
        f"SELECT a.row, e.k, t, 1 AS e{values} FROM events e LEFT JOIN asked a USING (id, t) "
        f"UNION ALL {_askers(layout)} WHERE k IS NULL"
    )


def _askers(layout: ViewLayout) -> str:
    nothing = "".join(f", NULL::BIGINT AS {name}" for name in units(layout))
    return f"SELECT row, k, t, NULL AS e{nothing} FROM asked"


def _framed(layout: ViewLayout, wanted: Wanted, rows: str) -> str:
    frames = ", ".join(f"w{window} AS ({_frame(layout, window)})" for window in layout.windows)
    columns = "".join(
        f", {part.sql(column, over=f' OVER w{window}')} AS {name}" for name, (window, column, part) in wanted.items()
    )
    return f"SELECT * FROM (SELECT row{columns} FROM ({rows}) WINDOW {frames} QUALIFY row IS NOT NULL)"


def _frame(layout: ViewLayout, window: int) -> str:
    """Between the floored tail of the window and, with a delay, its floored head; never the row's own time."""
    tail = f"t - ({_tail(layout, window, 't')})"
    head = f"t - ({_head(layout, 't')}) + 1"
    return f"PARTITION BY k ORDER BY t RANGE BETWEEN ({tail}) PRECEDING AND ({head}) PRECEDING"


def _tail(layout: ViewLayout, window: int, time: str) -> str:
    return _floored(f"{time} - {(layout.delay + window) * MICROS}", layout.tile * MICROS)


def _head(layout: ViewLayout, time: str) -> str:
    return _floored(f"{time} - {layout.delay * MICROS}", layout.tile * MICROS) if layout.delay else time


def _floored(time: str, size: int) -> str:
    """The start of the tile, for times before 1970 too; the time itself where there are no tiles."""
    return f"(({time}) - ((({time}) % {size}) + {size}) % {size})" if size else f"({time})"


def early(layout: ViewLayout, reach: int) -> str:
    """The rows that asked before some event that they reach, or its last version, was known; ``reach`` in seconds."""
    return (
        f"SELECT a.* FROM asked a SEMI JOIN {LAST_VERSIONS} e ON e.k = a.k AND e.known > a.t "
        f"AND e.t < {_head(layout, 'a.t')} AND e.t >= {_tail(layout, reach, 'a.t')}"
    )


def _joined(layout: ViewLayout, wanted: Wanted) -> str:
    inside = {window: f"t >= {_tail(layout, window, 'asked_at')}" for window in layout.windows}
    columns = "".join(
        f", {part.sql(column, inside=inside[window])} AS {name}" for name, (window, column, part) in wanted.items()
    )
    values = "".join(f", v.{name}" for name in units(layout))
    pairs = (
        f"SELECT a.row, a.t AS asked_at, v.t, CASE WHEN v.t IS NOT NULL THEN 1 END AS e{values} "
        f"FROM early a LEFT JOIN events v ON v.k = a.k "
        f"AND v.known <= a.t AND (v.until IS NULL OR v.until > a.t) "
        f"AND v.t < {_head(layout, 'a.t')} AND v.t >= {_tail(layout, layout.windows[-1], 'a.t')}"
    )
    return f"SELECT row{columns} FROM ({pairs}) GROUP BY row"


def _feature(recipe: Recipe, found: dict[str, Any]) -> Reals:
    if recipe.function == COUNT:
        return np.asarray(found[f"n_{recipe.window}"], dtype=np.float64)
    names = {part: f"{part}{recipe.place}_{recipe.window}" for part in PARTS[recipe.function]}
    parts = {part: np.asarray(np.ma.filled(found[name], 0), dtype=np.int64) for part, name in names.items()}
    return OF_MANY[recipe.function](parts) / recipe.scale


def _fetched(opened: duckdb.DuckDBPyConnection, query: str) -> dict[str, Any]:
    try:
        return opened.execute(query).fetchnumpy()
    except (duckdb.ConversionException, duckdb.OutOfRangeException) as error:
        raise DataRejected(
            f"a sum does not fit into 64 bits ({str(error).splitlines()[0]}); declare a maximum or fewer decimals for "
            "the column that it adds"
        ) from error
