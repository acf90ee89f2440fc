"""From the events of all entities to the items of the online store."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from roost.domain.event_codec import EventArrays
from roost.domain.view_layout import ViewLayout
from roost.workflows.sealing import StoredAccount, stored_account


def online_items(
    layout: ViewLayout, keys: npt.NDArray[Any], events: EventArrays, as_of: int, most: int | None = None
) -> Iterator[StoredAccount]:
    """Each entity's items, from the events of all entities ordered by entity; complete to ``as_of``, exclusive.

    ``most`` is how many events a main item holds, None for the usual bound.
    """
    edges = (np.flatnonzero(keys[1:] != keys[:-1]) + 1).tolist()
    for start, end in zip([0, *edges], [*edges, len(keys)], strict=True):
        if start < end:
            own = EventArrays(*(array[start:end] for array in vars(events).values()))
            yield stored_account(layout, str(keys[start]), own, as_of, most)
