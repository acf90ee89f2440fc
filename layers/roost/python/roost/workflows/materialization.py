"""MaterializeFeatures: the state of every entity's windows at the end of the data, to the online store."""

import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from roost.domain.windows import TileState, ViewLayout, pack
from roost.names import VALID_ROWS, dataset_key
from roost.ports import OnlineItem, PipelinePorts, TableEngine
from roost.spec import Model
from roost.spec.layouts import layout_of


def materialize_features(model: Model, dataset: str, tables: TableEngine, ports: PipelinePorts) -> dict[str, Any]:
    """Write the tiles that any window can still reach; an item newer than this data set is left alone."""
    with tempfile.TemporaryDirectory(prefix="materialize-") as folder:
        table = Path(folder) / "valid.parquet"
        ports.lake.download(dataset_key(dataset, VALID_ROWS), table)
        as_of = tables.time_span(table, model.source.event_time)[1]
        written = {}
        for view in model.views:
            layout = layout_of(view)
            keys, state = tables.tiles(table, model.source, layout, (as_of - layout.reach) // layout.tile * layout.tile)
            written[view.name] = ports.online.write(online_items(layout, keys, state, as_of))
    return {"views": written, "as_of": datetime.fromtimestamp(as_of, UTC).isoformat()}


def online_items(layout: ViewLayout, keys: npt.NDArray[Any], state: TileState, as_of: int) -> Iterator[OnlineItem]:
    """One item per entity, from the tiles of all entities ordered by entity."""
    edges = np.flatnonzero(keys[1:] != keys[:-1]) + 1
    starts, ends = [0, *edges.tolist()], [*edges.tolist(), len(keys)]
    for start, end in zip(starts, ends, strict=True):
        if end > start:
            part = slice(start, end)
            own = TileState(state.starts[part], state.events[part], state.counts[part], state.sums[part])
            yield OnlineItem(layout.online_name, str(keys[start]), pack(own), as_of)
