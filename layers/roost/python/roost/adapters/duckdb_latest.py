"""Latest-value views in SQL: the newest event before each row that asks (DuckDB documentation, "AsOf Join")."""

from typing import Any

import duckdb
import numpy as np
import numpy.typing as npt

from roost.adapters.duckdb_events import units
from roost.adapters.duckdb_windows import early
from roost.domain.entity_events import MICROS
from roost.domain.view_layout import ViewLayout

Reals = npt.NDArray[np.float64]


def features(opened: duckdb.DuckDBPyConnection, layout: ViewLayout, always_known: bool, _own: bool) -> dict[str, Reals]:
    """Features of the rows in ``asked``, from the table ``events``, in the order of ``row``; NaN for none."""
    query = _newest(layout)
    if not always_known:
        opened.execute(f"CREATE OR REPLACE TEMP TABLE early AS {early(layout, layout.lookback)}")
        query = f"{query} WHERE row NOT IN (SELECT row FROM early) UNION ALL {_joined(layout)}"
    found = opened.execute(f"SELECT * FROM ({query}) ORDER BY row").fetchnumpy()
    return {recipe.feature: _real(found[f"u{recipe.place}"]) / recipe.scale for recipe in layout.recipes}


def _newest(layout: ViewLayout) -> str:
    fields = ", ".join(["id := id", *(f"{name} := {name}" for name in units(layout))])
    instants = f"SELECT k, t, max(struct_pack({fields})) AS newest FROM events WHERE until IS NULL GROUP BY k, t"
    values = "".join(
        f", CASE WHEN e.t >= a.t - {layout.lookback * MICROS} THEN e.newest.{name} END AS {name}"
        for name in units(layout)
    )
    return f"SELECT * FROM (SELECT a.row{values} FROM asked a ASOF LEFT JOIN ({instants}) e ON a.k = e.k AND a.t > e.t)"


def _joined(layout: ViewLayout) -> str:
    fields = ", ".join(["t := v.t", "id := v.id", *(f"{name} := v.{name}" for name in units(layout))])
    values = "".join(f", newest.{name} AS {name}" for name in units(layout))
    pairs = (
        f"SELECT a.row, max(struct_pack({fields})) FILTER (v.t IS NOT NULL) AS newest FROM early a LEFT JOIN events v "
        f"ON v.k = a.k AND v.known <= a.t AND (v.until IS NULL OR v.until > a.t) "
        f"AND v.t < a.t AND v.t >= a.t - {layout.lookback * MICROS} GROUP BY a.row"
    )
    return f"SELECT row{values} FROM ({pairs})"


def _real(column: Any) -> Reals:
    return np.asarray(np.ma.filled(np.ma.asarray(column).astype(np.float64), np.nan))
