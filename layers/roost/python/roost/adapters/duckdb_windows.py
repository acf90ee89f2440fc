"""Windows in SQL, by the definition in ``domain.windows``.

All windows of a view are frames of one query, whose bounds differ from row to row (DuckDB documentation, "Window
Functions", RANGE framing). Times are integers, microseconds since 1970, and so are sums: what comes out is exact.
"""

from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import numpy.typing as npt

from roost.adapters.duckdb_connection import literal, quoted
from roost.domain.windows import TileState, ViewLayout, WindowTotals, feature_columns
from roost.errors import DataRejected
from roost.spec.sources import Source

SECOND = 1_000_000

Reals = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]


def window_features(
    opened: duckdb.DuckDBPyConnection, table: Path, source: Source, layout: ViewLayout, since: int, until: int
) -> dict[str, Reals]:
    """Features of a view for the rows with ``since <= event time < until``, ordered by event time and row.

    Raises:
        DataRejected: a sum does not fit into 64 bits.
    """
    events = _events(table, source, layout, since - layout.reach - layout.tile, until)
    totals = [column for window in layout.windows for column in _totals(layout, window)]
    frames = ", ".join(f"w{window} AS ({_frame(layout, window)})" for window in layout.windows)
    query = f"SELECT row, t, {', '.join(totals)} FROM ({events}) WINDOW {frames}"
    found = _fetched(opened, f"SELECT * EXCLUDE (row, t) FROM ({query}) WHERE t >= {since * SECOND} ORDER BY t, row")
    return feature_columns(layout, {window: _window(found, layout, window) for window in layout.windows})


def tiles(
    opened: duckdb.DuckDBPyConnection, table: Path, source: Source, layout: ViewLayout, since: int
) -> tuple[npt.NDArray[Any], TileState]:
    """Entity keys as text and tiles of all entities from ``since`` on, ordered by entity and tile.

    Raises:
        DataRejected: a sum does not fit into 64 bits.
    """
    size = layout.tile * SECOND
    sums = "".join(f", count(u{i}) AS c{i}, coalesce(sum(u{i}), 0)::BIGINT AS s{i}" for i in _indices(layout))
    found = _fetched(
        opened,
        f"SELECT k::VARCHAR AS entity, {_floored('t', size)} // {size} AS tile, count(*) AS n{sums} "
        f"FROM ({_events(table, source, layout, since, None)}) WHERE k IS NOT NULL "
        "GROUP BY entity, tile ORDER BY entity, tile",
    )
    shape = (len(found["entity"]), len(layout.columns))
    counts, values = (_stacked(found, letter, shape) for letter in "cs")
    return np.asarray(found["entity"]), TileState(_integers(found["tile"]), _integers(found["n"]), counts, values)


def _events(table: Path, source: Source, layout: ViewLayout, since: int, until: int | None) -> str:
    time = quoted(source.event_time)
    units = "".join(
        f", floor({quoted(name)}::DOUBLE * {10.0**decimals!r}::DOUBLE + 0.5)::BIGINT AS u{index}"
        for index, (name, decimals) in enumerate(layout.columns)
    )
    before = "" if until is None else f" AND {time} < make_timestamp({until * SECOND})"
    return (
        f"SELECT file_row_number AS row, {quoted(layout.key)} AS k, epoch_us({time}) AS t{units} "
        f"FROM read_parquet({literal(str(table))}, file_row_number = true) "
        f"WHERE {time} >= make_timestamp({since * SECOND}){before}"
    )


def _frame(layout: ViewLayout, window: int) -> str:
    """Between the floored tail of the window and, with a delay, its floored head; never the row's own time."""
    size, delay = layout.tile * SECOND, layout.delay * SECOND
    tail = f"t - {_floored(f't - {delay + window * SECOND}', size)}"
    head = f"t - {_floored(f't - {delay}', size)} + 1" if delay else "1"
    return f"PARTITION BY k ORDER BY t RANGE BETWEEN ({tail}) PRECEDING AND ({head}) PRECEDING"


def _floored(time: str, size: int) -> str:
    """The start of the tile, for times before 1970 too."""
    return f"(({time}) - ((({time}) % {size}) + {size}) % {size})"


def _totals(layout: ViewLayout, window: int) -> list[str]:
    """Events, non-null counts and sums of a window; a row without a key belongs to no entity."""
    wanted = {"n": "count(*)"}
    for index in _indices(layout):
        wanted |= {f"c{index}": f"count(u{index})", f"s{index}": f"sum(u{index})"}
    return [
        f"CASE WHEN k IS NULL THEN 0 ELSE coalesce({total} OVER w{window}, 0) END::BIGINT AS {name}_{window}"
        for name, total in wanted.items()
    ]


def _window(found: dict[str, Any], layout: ViewLayout, window: int) -> WindowTotals:
    names = [name for name, _ in layout.columns]
    counts = {name: _integers(found[f"c{index}_{window}"]) for index, name in enumerate(names)}
    sums = {name: _integers(found[f"s{index}_{window}"]) for index, name in enumerate(names)}
    return WindowTotals(_integers(found[f"n_{window}"]), counts, sums)


def _fetched(opened: duckdb.DuckDBPyConnection, query: str) -> dict[str, Any]:
    try:
        return opened.execute(query).fetchnumpy()
    except duckdb.ConversionException as error:
        raise DataRejected(
            f"a sum does not fit into 64 bits ({str(error).splitlines()[0]}); declare a maximum or fewer decimals for "
            "the column that it adds"
        ) from error


def _indices(layout: ViewLayout) -> range:
    return range(len(layout.columns))


def _stacked(found: dict[str, Any], letter: str, shape: tuple[int, int]) -> Integers:
    columns = [_integers(found[f"{letter}{index}"]) for index in range(shape[1])]
    return np.stack(columns, axis=1) if columns else np.empty(shape, np.int64)


def _integers(column: Any) -> Integers:
    return np.asarray(column, dtype=np.int64)
