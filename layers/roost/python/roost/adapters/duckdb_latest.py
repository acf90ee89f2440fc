"""Latest-value views in SQL: the newest event before each row that asks (DuckDB documentation, "AsOf Join")."""

from typing import Any

import duckdb
import numpy as np
import numpy.typing as npt

from roost.adapters.duckdb_events import History, create_events, event_digest, units
from roost.adapters.duckdb_windows import early
from roost.domain.entity_events import MICROS
from roost.domain.view_layout import ViewLayout

Reals = npt.NDArray[np.float64]


def features(opened: duckdb.DuckDBPyConnection, history: History) -> dict[str, Reals]:
    """Features of the rows in ``asked``, in the order of ``row``; NaN for none."""
    layout = history.layout
    always_known = create_events(opened, history)
    query = _newest(layout, _instants(opened, layout))
    if not always_known:
        opened.execute(f"CREATE OR REPLACE TEMP TABLE early AS {early(layout, layout.lookback)}")
        query = f"{query} WHERE row NOT IN (SELECT row FROM early) UNION ALL {_joined(layout)}"
    found = opened.execute(f"SELECT * FROM ({query}) ORDER BY row").fetchnumpy()
    return {recipe.feature: _real(found[f"u{recipe.place}"]) / recipe.scale for recipe in layout.recipes}


def _instants(opened: duckdb.DuckDBPyConnection, layout: ViewLayout) -> str:
    """One row for each instant of an entity: of events at one instant the one with the largest digest."""
    twice = "SELECT 1 FROM events WHERE until IS NULL GROUP BY k, t HAVING count(*) > 1 LIMIT 1"
    if opened.execute(twice).fetchone() is None:
        return "SELECT * FROM events WHERE until IS NULL"
    fields = ", ".join([f"id := {event_digest('id', 't')}", *(f"{name} := {name}" for name in units(layout))])
    values = "".join(f", newest.{name} AS {name}" for name in units(layout))
    newest = f"SELECT k, t, max(struct_pack({fields})) AS newest FROM events WHERE until IS NULL GROUP BY k, t"
    return f"SELECT k, t{values} FROM ({newest})"


def _newest(layout: ViewLayout, instants: str) -> str:
    oldest = f"a.t - {layout.lookback * MICROS}"
    values = "".join(f", CASE WHEN e.t >= {oldest} THEN e.{name} END AS {name}" for name in units(layout))
    return f"SELECT * FROM (SELECT a.row{values} FROM asked a ASOF LEFT JOIN ({instants}) e ON a.k = e.k AND a.t > e.t)"


def _joined(layout: ViewLayout) -> str:
    identity = event_digest("v.id", "v.t")
    fields = ", ".join(["t := v.t", f"id := {identity}", *(f"{name} := v.{name}" for name in units(layout))])
    values = "".join(f", newest.{name} AS {name}" for name in units(layout))
    pairs = (
        f"SELECT a.row, max(struct_pack({fields})) FILTER (v.t IS NOT NULL) AS newest FROM early a LEFT JOIN events v "
        f"ON v.k = a.k AND v.known <= a.t AND (v.until IS NULL OR v.until > a.t) "
        f"AND v.t < a.t AND v.t >= a.t - {layout.lookback * MICROS} GROUP BY a.row"
    )
    return f"SELECT row{values} FROM ({pairs})"


def _real(column: Any) -> Reals:
    return np.asarray(np.ma.filled(np.ma.asarray(column).astype(np.float64), np.nan))
