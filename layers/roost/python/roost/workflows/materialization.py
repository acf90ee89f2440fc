"""MaterializeFeatures: the state of every entity's windows at the end of the data, to the online store."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import numpy as np
import numpy.typing as npt

from roost.domain.windows import TileState, ViewLayout, pack, tail_tile
from roost.ports import OnlineItem, PipelinePorts, TableEngine
from roost.spec import Model
from roost.spec.layouts import layout_of
from roost.workflows.landed_files import valid_rows


def materialize_features(model: Model, dataset: str, tables: TableEngine, ports: PipelinePorts) -> dict[str, Any]:
    """Write the tiles that any window can still reach; an item newer than this data set is left alone.

    Raises:
        NoDataFound: the data set has not been validated.
        DataRejected: a sum does not fit into 64 bits.
    """
    with valid_rows(ports.lake, dataset) as table:
        as_of = tables.time_span(table, model.source.event_time)[1] + 1
        written = {}
        for view in model.views:
            layout = layout_of(view)
            first = tail_tile(layout, layout.windows[-1], as_of) * layout.tile
            keys, state = tables.tiles(table, model.source, layout, first)
            written[view.name] = ports.online.write(online_items(layout, keys, state, as_of))
    return {"views": written, "as_of": datetime.fromtimestamp(as_of, UTC).isoformat()}


def online_items(layout: ViewLayout, keys: npt.NDArray[Any], state: TileState, as_of: int) -> Iterator[OnlineItem]:
    """One item per entity, from the tiles of all entities ordered by entity; complete to ``as_of``, exclusive."""
    edges = (np.flatnonzero(keys[1:] != keys[:-1]) + 1).tolist()
    for start, end in zip([0, *edges], [*edges, len(keys)], strict=True):
        if start < end:
            part = slice(start, end)
            own = TileState(state.starts[part], state.events[part], state.counts[part], state.sums[part])
            yield OnlineItem(layout.online_name, str(keys[start]), pack(own), as_of)
