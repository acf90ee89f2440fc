"""From the events of all entities to the items of the online store."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from roost.domain.event_codec import EventArrays, pack_arrays
from roost.domain.view_layout import ViewLayout
from roost.ports import OnlineItem


def online_items(layout: ViewLayout, keys: npt.NDArray[Any], events: EventArrays, as_of: int) -> Iterator[OnlineItem]:
    """One item per entity, from the events of all entities ordered by entity; complete to ``as_of``, exclusive."""
    edges = (np.flatnonzero(keys[1:] != keys[:-1]) + 1).tolist()
    for start, end in zip([0, *edges], [*edges, len(keys)], strict=True):
        if start < end:
            own = EventArrays(*(array[start:end] for array in vars(events).values()))
            yield OnlineItem(layout.online_name, str(keys[start]), pack_arrays(own), as_of)
