"""Rebuild the online store of views from the offline store, while streams go on.

The seam is closed by order: what stands in an item was logged before it was written, so the log that is read *after*
the item's revision holds all of it. If the revision is still the same when the rebuilt account is swapped in, nothing
is lost; if a stream wrote meanwhile, the two are merged, and a union loses nothing and counts nothing twice. What the
item listed as segments before is in the log for the same reason, so that the merged account need not list it.
"""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from roost.domain.entity_events import MICROS
from roost.domain.segments import without_segments
from roost.domain.view_layout import ViewLayout
from roost.domain.windows import first_in_reach
from roost.ports import PipelinePorts, TableEngine
from roost.spec import Model, Source
from roost.workflows.account_swaps import Seen, swap_in
from roost.workflows.feature_history import offline_tables
from roost.workflows.freshness import mark
from roost.workflows.kept_layouts import Released, kept, told
from roost.workflows.online_items import online_items
from roost.workflows.sealing import StoredAccount

AT_ONCE = 500

History = Callable[[], AbstractContextManager[list[Path]]]


def backfill_features(model: Model, tables: TableEngine, ports: PipelinePorts) -> dict[str, Any]:
    """Rebuild each view's items; returns how many changed, by view, and to when each source is complete.

    Raises:
        NoDataFound: the offline store holds nothing of a view's source.
    """
    rebuilt: dict[str, int] = {}
    complete_to: dict[str, str] = {}
    released = Released(ports.registry, ports.packages).layouts([model.name])
    for source in model.sources:
        layouts = kept(source, model.views, released)
        history = partial(offline_tables, source, ports.lake)
        rebuilt |= {name: rebuild(layout, source, history, tables, ports) for name, layout in told(layouts).items()}
        end = _complete_to(source, history, tables)
        mark(ports.online, dict.fromkeys(layouts, end))
        complete_to[source.name] = datetime.fromtimestamp(end, UTC).isoformat()
    return {"views": rebuilt, "complete_to": complete_to}


def _complete_to(source: Source, history: History, tables: TableEngine) -> int:
    with history() as paths:
        return _end(source, paths, tables)


def rebuild(
    layout: ViewLayout,
    source: Source,
    history: History,
    tables: TableEngine,
    ports: PipelinePorts,
    most: int | None = None,
) -> int:
    """Rebuild a view's items from what ``history`` gives, but for those that are complete to a later time.

    ``history`` is asked twice, and must give what was logged by then. ``most`` is how many events a main item holds,
    None for the usual bound. Returns the number of entities changed.
    """
    entities = [(layout.online_name, each.item.entity) for each in _accounts(layout, source, history, tables, most)]
    before = {
        entity: Seen(item.revision, without_segments(item.payload)[0])
        for (_, entity), item in ports.online.read(entities, fresh=True).items()
    }
    found = _accounts(layout, source, history, tables, most)
    portions = (found[first : first + AT_ONCE] for first in range(0, len(found), AT_ONCE))
    return sum(swap_in(ports.online, layout, portion, before, most) for portion in portions)


def _accounts(
    layout: ViewLayout, source: Source, history: History, tables: TableEngine, most: int | None
) -> list[StoredAccount]:
    with history() as paths:
        end = _end(source, paths, tables)
        newest = tables.time_span(paths, source.event_time)[1] + 1
        since = first_in_reach(layout, newest * MICROS) // MICROS
        keys, events = tables.accounts(paths, source, layout, since)
    return list(online_items(layout, keys, events, end, most))


def _end(source: Source, paths: Sequence[Path], tables: TableEngine) -> int:
    """To when the files are complete, in seconds since 1970: their last event, or the last arrival on a stream."""
    columns = [column for column in (source.event_time, source.ingested_at) if column]
    return max(tables.time_span(paths, column)[1] for column in columns) + 1
