"""Rebuild the online store of views from the offline store, while streams go on.

The seam is closed by order: what stands in an item was logged before it was written, so the log that is read *after*
the item's revision holds all of it. If the revision is still the same when the rebuilt account is swapped in, nothing
is lost; if a stream wrote meanwhile, the two are merged, and a union loses nothing and counts nothing twice.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from roost.domain.entity_events import MICROS
from roost.domain.event_codec import unpack
from roost.domain.view_layout import ViewLayout
from roost.domain.windows import tail
from roost.ports import OnlineItem, PipelinePorts, TableEngine
from roost.spec import FeatureView, Model, Source
from roost.spec.layouts import layout_of
from roost.workflows.accounts import apply
from roost.workflows.feature_history import offline_tables
from roost.workflows.online_items import online_items

AT_ONCE = 500

History = Callable[[], AbstractContextManager[list[Path]]]


def backfill_features(model: Model, tables: TableEngine, ports: PipelinePorts) -> dict[str, Any]:
    """Rebuild each view's items; returns how many changed, by view, and to when each source is complete.

    Raises:
        NoDataFound: the offline store holds nothing of a view's source.
    """
    histories = {source.name: partial(offline_tables, source, ports.lake) for source in model.sources}
    rebuilt = {view.name: rebuild(view, histories[view.source.name], tables, ports) for view in model.views}
    ends = {source.name: _complete_to(source, histories[source.name], tables) for source in model.sources}
    return {"views": rebuilt, "complete_to": ends}


def _complete_to(source: Source, history: History, tables: TableEngine) -> str:
    with history() as paths:
        return datetime.fromtimestamp(_end(source, paths, tables), UTC).isoformat()


def rebuild(view: FeatureView, history: History, tables: TableEngine, ports: PipelinePorts) -> int:
    """Rebuild a view's items from what ``history`` gives, but for those that are complete to a later time.

    ``history`` is asked twice, and must give what was logged by then. Returns the number of items changed.
    """
    layout = layout_of(view)
    entities = [(layout.online_name, item.entity) for item in _accounts(layout, view, history, tables)]
    before = {entity: item.revision for (_, entity), item in ports.online.read(entities, fresh=True).items()}
    items = _accounts(layout, view, history, tables)
    portions = (items[first : first + AT_ONCE] for first in range(0, len(items), AT_ONCE))
    return sum(_swap(layout, portion, before, ports) for portion in portions)


def _accounts(layout: ViewLayout, view: FeatureView, history: History, tables: TableEngine) -> list[OnlineItem]:
    with history() as paths:
        end = _end(view.source, paths, tables)
        newest = tables.time_span(paths, view.source.event_time)[1] + 1
        since = tail(layout, layout.reach - layout.delay, newest * MICROS) // MICROS
        keys, events = tables.accounts(paths, view.source, layout, since)
    return list(online_items(layout, keys, events, end))


def _end(source: Source, paths: Sequence[Path], tables: TableEngine) -> int:
    """To when the files are complete, in seconds since 1970: their last event, or the last arrival on a stream."""
    columns = [column for column in (source.event_time, source.ingested_at) if column]
    return max(tables.time_span(paths, column)[1] for column in columns) + 1


def _swap(layout: ViewLayout, items: Sequence[OnlineItem], before: Mapping[str, int], ports: PipelinePorts) -> int:
    stored = ports.online.read([(item.view, item.entity) for item in items], fresh=True)
    changed = [
        OnlineItem(item.view, item.entity, item.payload, item.as_of, before.get(item.entity, 0))
        for item in items
        if _differs(item, stored.get((item.view, item.entity)))
    ]
    late = ports.online.swap(changed)
    if late:
        apply(ports.online, layout, {item.entity: unpack(item.payload) for item in late}, late[0].as_of)
    return len(changed)


def _differs(item: OnlineItem, stored: OnlineItem | None) -> bool:
    return stored is None or (stored.as_of <= item.as_of and stored.payload != item.payload)
