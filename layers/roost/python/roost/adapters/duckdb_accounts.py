"""What the online store is to hold of each entity, from the table ``events``."""

from typing import Any

import duckdb
import numpy as np
import numpy.typing as npt

from roost.adapters.duckdb_events import event_digest, units
from roost.domain.event_codec import EventArrays, Integers
from roost.domain.view_layout import ViewLayout


def accounts(opened: duckdb.DuckDBPyConnection, layout: ViewLayout) -> tuple[npt.NDArray[Any], EventArrays]:
    """Entity keys as text (events,) and the last version of each event, ordered by entity, time and id."""
    rank = "dense_rank() OVER (PARTITION BY k ORDER BY t DESC)"
    newest = f" QUALIFY {rank} <= {layout.instants}" if layout.instants else ""
    cells = "".join(f", coalesce({name}, 0) AS {name}, ({name} IS NULL)::BIGINT AS n{name}" for name in units(layout))
    found = opened.execute(
        f"SELECT k::VARCHAR AS entity, t, known, {event_digest('id', 't')} AS id{cells} "
        f"FROM events WHERE until IS NULL{newest} ORDER BY entity, t, id"
    ).fetchnumpy()
    times, known, ids = (np.asarray(found[name], dtype=np.int64) for name in ("t", "known", "id"))
    values = _stacked(found, units(layout), len(times))
    nulls = _stacked(found, [f"n{name}" for name in units(layout)], len(times))
    return np.asarray(found["entity"]), EventArrays(times, known, ids, values, nulls)


def _stacked(found: dict[str, Any], names: list[str], rows: int) -> Integers:
    columns = [np.asarray(found[name], dtype=np.int64) for name in names]
    return np.stack(columns, axis=1) if columns else np.empty((rows, 0), np.int64)
