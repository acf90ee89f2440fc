"""Read what the online store holds of entities: main items, and the segments that some of them list.

A segment is stored before the main item that lists it, but a read that is not fresh may see them in the other order;
so one that is not found is asked for once more, freshly, before it counts as lost.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from roost.domain.event_codec import NOTHING, EventArrays, EventColumns, read, unpack_arrays
from roost.domain.event_union import as_columns, since, united
from roost.domain.segments import SEALED, Segment, segment_view, without_segments
from roost.domain.view_layout import ViewLayout
from roost.domain.windows import first_in_reach, head, microseconds
from roost.errors import IncompleteAccount
from roost.ports import OnlineItem, OnlineStore

INCOMPLETE = EventColumns([], [], [])  # told from NOTHING by identity
Key = tuple[str, str]


class Whole(NamedTuple):
    """The events of a main item and its segments together, and the segments that should be stored and are not."""

    events: EventArrays
    lost: tuple[Segment, ...]


def entity_events(
    online: OnlineStore, layouts: Sequence[ViewLayout], items: Sequence[OnlineItem | None], at: float
) -> list[EventColumns]:
    """What values at a time (seconds since 1970) are computed from, for each view; one more request where needed.

    ``INCOMPLETE`` itself stands for a view of which a segment that a window reaches is lost.
    """
    if SEALED in [item.payload[:1] for item in items if item]:
        return _resolved(online, layouts, items, at)
    return [read(item.payload) if item else NOTHING for item in items]


def _resolved(
    online: OnlineStore, layouts: Sequence[ViewLayout], items: Sequence[OnlineItem | None], at: float
) -> list[EventColumns]:
    cut = [(layout, item) for layout, item in zip(layouts, items, strict=True) if item and item.payload[:1] == SEALED]
    found = zip(cut, whole_accounts(online, cut, at), strict=True)
    columns = {item.view: INCOMPLETE if whole.lost else as_columns(whole.events) for (_, item), whole in found}
    return [NOTHING if item is None else columns.get(item.view) or read(item.payload) for item in items]


def stored_events(
    online: OnlineStore, layout: ViewLayout, entity: str, at: float
) -> tuple[OnlineItem | None, EventColumns]:
    """An entity's main item and what values at a time (seconds since 1970) are computed from.

    Raises:
        IncompleteAccount: a segment that a window reaches is lost.
    """
    key = (layout.online_name, entity)
    item = online.read([key]).get(key)
    (events,) = entity_events(online, [layout], [item], at)
    if events is INCOMPLETE:
        raise IncompleteAccount(
            f"{layout.name} of {entity}: segments of its events are gone from the online store; "
            "`roost features backfill` rebuilds it from the offline store"
        )
    return item, events


def whole_accounts(
    online: OnlineStore, wanted: Sequence[tuple[ViewLayout, OnlineItem]], at: float | None = None
) -> list[Whole]:
    """Accounts of window views: of each all that is stored, or the segments that values at a time can reach only."""
    needed = [_needed(layout, item, at) for layout, item in wanted]
    pairs = zip(wanted, needed, strict=True)
    found = read_segments(online, [_key(item, segment) for (_, item), segments in pairs for segment in segments])
    return [_whole(layout, item, segments, found) for (layout, item), segments in zip(wanted, needed, strict=True)]


def read_segments(online: OnlineStore, keys: Sequence[Key]) -> dict[Key, bytes]:
    """The payloads of segments by key; lost ones are left out."""
    found = dict(online.read(keys)) if keys else {}
    absent = [key for key in keys if key not in found]
    found |= online.read(absent, fresh=True) if absent else {}
    return {key: item.payload for key, item in found.items()}


def _needed(layout: ViewLayout, item: OnlineItem, at: float | None) -> tuple[Segment, ...]:
    segments, _ = without_segments(item.payload)
    if at is None:
        return segments
    now = microseconds(at)
    first, end = first_in_reach(layout, now), head(layout, now)
    return tuple(segment for segment in segments if segment.last >= first and segment.first < end)


def _key(item: OnlineItem, segment: Segment) -> Key:
    return segment_view(item.view, segment), item.entity


def _whole(layout: ViewLayout, item: OnlineItem, needed: Sequence[Segment], found: Mapping[Key, bytes]) -> Whole:
    listed, own = without_segments(item.payload)
    parts = [found[key] for key in (_key(item, segment) for segment in needed) if key in found]
    events = united([unpack_arrays(part) for part in (*parts, own)])
    newest = max([*(segment.last for segment in listed), *events.times[-1:].tolist()], default=0)
    lost = tuple(segment for segment in needed if _key(item, segment) not in found)
    return Whole(since(events, first_in_reach(layout, newest)), lost)
