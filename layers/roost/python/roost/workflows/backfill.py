"""BackfillFeatures: rebuild the online store of a model's views from the offline store, while streams go on.

The seam is closed by order: what stands in an item was logged before it was written, so the log that is read *after*
the item's revision holds all of it. If the revision is still the same when the rebuilt account is swapped in, nothing
is lost; if a stream wrote meanwhile, the two are merged, and a union loses nothing and counts nothing twice.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import numpy as np

from roost.domain.entity_events import MICROS
from roost.domain.event_codec import unpack
from roost.domain.view_layout import ViewLayout
from roost.domain.windows import tail
from roost.ports import OnlineItem, PipelinePorts, TableEngine
from roost.spec import FeatureView, Model
from roost.spec.layouts import layout_of
from roost.workflows.accounts import apply
from roost.workflows.feature_history import offline_tables
from roost.workflows.materialization import online_items

AT_ONCE = 500


def backfill_features(model: Model, tables: TableEngine, ports: PipelinePorts) -> dict[str, Any]:
    """Rebuild each view's items; returns how many changed, by view, and to when they are complete.

    Raises:
        NoDataFound: the offline store holds nothing of the model's source.
    """
    rebuilt, end = {}, 0
    for view in model.views:
        layout = layout_of(view)
        before = {entity: item.revision for entity, item in _read(layout, view, tables, ports).items()}
        items, end = _accounts(layout, view, tables, ports)
        rebuilt[view.name] = sum(
            _swap(layout, items[first : first + AT_ONCE], before, end, ports) for first in range(0, len(items), AT_ONCE)
        )
    return {"views": rebuilt, "complete_to": datetime.fromtimestamp(end, UTC).isoformat()}


def _accounts(
    layout: ViewLayout, view: FeatureView, tables: TableEngine, ports: PipelinePorts
) -> tuple[list[OnlineItem], int]:
    with offline_tables(view.source, ports.lake) as paths:
        end = max(tables.time_span(path, view.source.event_time)[1] for path in paths) + 1
        since = tail(layout, layout.reach - layout.delay, end * MICROS) // MICROS
        keys, events = tables.accounts(paths, view.source, layout, since)
    return list(online_items(layout, np.asarray(keys), events, end)), end


def _read(layout: ViewLayout, view: FeatureView, tables: TableEngine, ports: PipelinePorts) -> dict[str, OnlineItem]:
    """What is stored of every entity that the offline store knows by now."""
    known, _ = _accounts(layout, view, tables, ports)
    keys = [(layout.online_name, item.entity) for item in known]
    return {entity: item for (_, entity), item in ports.online.read(keys, fresh=True).items()}


def _swap(
    layout: ViewLayout, items: Sequence[OnlineItem], before: Mapping[str, int], end: int, ports: PipelinePorts
) -> int:
    stored = ports.online.read([(item.view, item.entity) for item in items], fresh=True)
    changed = [
        OnlineItem(item.view, item.entity, item.payload, item.as_of, before.get(item.entity, 0))
        for item in items
        if (item.view, item.entity) not in stored or stored[item.view, item.entity].payload != item.payload
    ]
    late = ports.online.swap(changed)
    if late:
        apply(ports.online, layout, {item.entity: unpack(item.payload) for item in late}, end)
    return len(changed)
