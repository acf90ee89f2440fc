"""Windows in SQL, by the definition in ``domain.windows``.

Running totals per entity turn a window into the difference of two of them, found by ASOF joins (DuckDB documentation,
"AsOf Join"). Totals are integers, so the differences are exact whatever the order of addition.
"""

from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import numpy.typing as npt

from roost.adapters.duckdb_connection import literal, quoted
from roost.domain.windows import TileState, ViewLayout
from roost.spec.sources import Source

Floats = npt.NDArray[np.float64]


def window_features(
    opened: duckdb.DuckDBPyConnection, table: Path, source: Source, layout: ViewLayout, since: int, until: int
) -> dict[str, Floats]:
    """Features of a view for the rows with ``since <= event time < until``, ordered by event time and row."""
    opened.execute(f"CREATE OR REPLACE TEMP TABLE events AS {_events(table, source, layout)}")
    opened.execute(f"CREATE OR REPLACE TEMP TABLE totals AS {_running_totals(layout)}")
    opened.execute(
        "CREATE OR REPLACE TEMP TABLE rows_asked AS SELECT row, k, e FROM events WHERE e >= ? AND e < ?", [since, until]
    )
    ends = _totals_before(opened, layout, _end(layout))
    starts = {w: _totals_before(opened, layout, _start(layout, w)) for w in {a.window for a in layout.aggregates}}
    return {
        a.feature: _value(layout, a.function, a.column, {name: ends[name] - starts[a.window][name] for name in ends})
        for a in layout.aggregates
    }


def tiles(
    opened: duckdb.DuckDBPyConnection, table: Path, source: Source, layout: ViewLayout, since: int
) -> tuple[npt.NDArray[Any], TileState]:
    """Entity keys and tiles of all entities from ``since`` on, ordered by entity and tile."""
    opened.execute(f"CREATE OR REPLACE TEMP TABLE events AS {_events(table, source, layout)}")
    sums = "".join(f", count(u{i}) AS c{i}, coalesce(sum(u{i}), 0)::BIGINT AS s{i}" for i in _indices(layout))
    found = opened.execute(
        f"SELECT k, e // {layout.tile} AS tile, count(*) AS n{sums} FROM events WHERE e >= ? "
        "GROUP BY k, tile ORDER BY k, tile",
        [since],
    ).fetchnumpy()
    size = len(found["k"])

    def stacked(prefix: str) -> npt.NDArray[np.int64]:
        columns = [np.asarray(found[f"{prefix}{i}"], dtype=np.int64) for i in _indices(layout)]
        return np.stack(columns, axis=1) if columns else np.empty((size, 0), np.int64)

    state = TileState(_integers(found["tile"]), _integers(found["n"]), stacked("c"), stacked("s"))
    return np.asarray(found["k"]), state


def _indices(layout: ViewLayout) -> range:
    return range(len(layout.columns))


def _events(table: Path, source: Source, layout: ViewLayout) -> str:
    units = "".join(
        f", floor({quoted(name)}::DOUBLE * {10.0**decimals!r} + 0.5)::BIGINT AS u{index}"
        for index, (name, decimals) in enumerate(layout.columns)
    )
    return (
        f"SELECT file_row_number AS row, {quoted(layout.key)} AS k, "
        f"floor(epoch({quoted(source.event_time)}))::BIGINT AS e{units} "
        f"FROM read_parquet({literal(str(table))}, file_row_number = true)"
    )


def _running_totals(layout: ViewLayout) -> str:
    sums = "".join(f", count(u{i}) AS c{i}, coalesce(sum(u{i}), 0) AS s{i}" for i in _indices(layout))
    names = [name for i in _indices(layout) for name in (f"c{i}", f"s{i}")]
    running = "".join(f", sum({name}) OVER running AS {name}" for name in names)
    return (
        f"SELECT k, e, sum(n) OVER running AS n{running} "
        f"FROM (SELECT k, e, count(*) AS n{sums} FROM events GROUP BY k, e) "
        "WINDOW running AS (PARTITION BY k ORDER BY e)"
    )


def _start(layout: ViewLayout, window: int) -> str:
    return f"((e - {layout.delay + window}) // {layout.tile}) * {layout.tile}"


def _end(layout: ViewLayout) -> str:
    return f"((e - {layout.delay}) // {layout.tile}) * {layout.tile}" if layout.delay else "e"


def _totals_before(
    opened: duckdb.DuckDBPyConnection, layout: ViewLayout, bound: str
) -> dict[str, npt.NDArray[np.int64]]:
    names = ["n", *(name for i in _indices(layout) for name in (f"c{i}", f"s{i}"))]
    wanted = ", ".join(f"coalesce(t.{name}, 0)::BIGINT AS {name}" for name in names)
    found = opened.execute(
        f"SELECT {wanted} FROM (SELECT row, k, e, {bound} AS bound FROM rows_asked) AS r "
        "ASOF LEFT JOIN totals AS t ON r.k = t.k AND r.bound > t.e ORDER BY r.e, r.row"
    ).fetchnumpy()
    return {name: _integers(found[name]) for name in names}


def _value(layout: ViewLayout, function: str, column: str | None, totals: dict[str, npt.NDArray[np.int64]]) -> Floats:
    if column is None:
        return totals["n"].astype(np.float64)
    index = [name for name, _ in layout.columns].index(column)
    scaled = totals[f"s{index}"] / 10.0 ** layout.columns[index][1]
    if function == "sum":
        return np.asarray(scaled)
    count = totals[f"c{index}"]
    return np.divide(scaled, count, out=np.full(len(count), np.nan), where=count > 0)


def _integers(column: Any) -> npt.NDArray[np.int64]:
    return np.asarray(column, dtype=np.int64)
