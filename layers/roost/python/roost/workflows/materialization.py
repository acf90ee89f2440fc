"""MaterializeFeatures: the state of every entity's windows at the end of the data, to the online store."""

import itertools
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any

import numpy as np
import numpy.typing as npt

from roost.domain.entity_events import MICROS
from roost.domain.event_codec import EventArrays, pack_arrays, unpack
from roost.domain.view_layout import ViewLayout
from roost.domain.windows import tail
from roost.ports import OnlineItem, PipelinePorts, TableEngine
from roost.spec import Model
from roost.spec.layouts import layout_of
from roost.workflows.accounts import apply
from roost.workflows.landed_files import valid_rows

AT_ONCE = 500


def materialize_features(model: Model, dataset: str, tables: TableEngine, ports: PipelinePorts) -> dict[str, Any]:
    """Write the events that any value can still reach; an item newer than this data set is left alone.

    Raises:
        NoDataFound: the data set has not been validated.
    """
    with valid_rows(ports.lake, dataset) as table:
        as_of = tables.time_span(table, model.source.event_time)[1] + 1
        written = {}
        for view in model.views:
            layout = layout_of(view)
            since = tail(layout, layout.reach - layout.delay, as_of * MICROS) // MICROS
            keys, events = tables.accounts([table], model.source, layout, since)
            items = online_items(layout, keys, events, as_of)
            written[view.name] = (
                _merged(layout, items, as_of, ports) if model.source.streamed else ports.online.write(items)
            )
    return {"views": written, "as_of": datetime.fromtimestamp(as_of, UTC).isoformat()}


def _merged(layout: ViewLayout, items: Iterable[OnlineItem], as_of: int, ports: PipelinePorts) -> int:
    """Add to what the stream has brought: a set that is united with what it overlaps neither loses nor doubles."""
    written, rest = 0, iter(items)
    while portion := list(itertools.islice(rest, AT_ONCE)):
        written += apply(ports.online, layout, {item.entity: unpack(item.payload) for item in portion}, as_of)
    return written


def online_items(layout: ViewLayout, keys: npt.NDArray[Any], events: EventArrays, as_of: int) -> Iterator[OnlineItem]:
    """One item per entity, from the events of all entities ordered by entity; complete to ``as_of``, exclusive."""
    edges = (np.flatnonzero(keys[1:] != keys[:-1]) + 1).tolist()
    for start, end in zip([0, *edges], [*edges, len(keys)], strict=True):
        if start < end:
            own = EventArrays(*(array[start:end] for array in vars(events).values()))
            yield OnlineItem(layout.online_name, str(keys[start]), pack_arrays(own), as_of)
