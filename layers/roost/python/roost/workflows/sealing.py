"""Make items of accounts: one, or a main item and segments, which have to be stored before it."""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from roost.domain.entity_events import MICROS
from roost.domain.event_codec import EventArrays, pack_arrays
from roost.domain.segments import Segment, digest_of, kept, most_events, pieces, segment_view, with_segments
from roost.domain.view_layout import ViewLayout
from roost.ports import OnlineItem, OnlineStore

MARGIN = 30 * 86_400  # seconds for which a segment outlives its use: for requests about the past, and slow clocks


class StoredAccount(NamedTuple):
    """An entity's main item, and the segments that it lists and that are not stored yet."""

    item: OnlineItem
    segments: Sequence[OnlineItem] = ()


class Sealed(NamedTuple):
    """A segment as the main item lists it, and the item."""

    segment: Segment
    item: OnlineItem


def bound(layout: ViewLayout, most: int | None) -> int | None:
    """How many events a main item holds, ``most`` if given; None in a latest-value view, which keeps a few instants."""
    return None if layout.latest else most or most_events(len(layout.columns))


def sealed(layout: ViewLayout, entity: str, events: EventArrays) -> Sealed:
    """A segment of events, ordered by time and id, at least one.

    The store may drop it when no window reaches it any more, be it the past that is replayed and asked about.
    """
    payload = pack_arrays(events)
    segment = Segment(int(events.times[0]), int(events.times[-1]), len(events.times), digest_of(payload))
    view, last, keep_for = segment_view(layout.online_name, segment), segment.last // MICROS, layout.reach + layout.tile
    return Sealed(segment, OnlineItem(view, entity, payload, last, keep_for=keep_for + MARGIN))


def stored_account(
    layout: ViewLayout, entity: str, events: EventArrays, as_of: int, most: int | None = None
) -> StoredAccount:
    """The items of an entity with these events, ordered by time and id; ``most`` as for ``bound``."""
    count, limit = len(events.times), bound(layout, most)
    cuts = pieces(count - kept(limit), limit) if limit and count > limit else []
    made = [sealed(layout, entity, _part(events, cut)) for cut in cuts]
    recent = pack_arrays(_part(events, slice(cuts[-1].stop if cuts else 0, count)))
    payload = with_segments(recent, [one.segment for one in made])
    return StoredAccount(OnlineItem(layout.online_name, entity, payload, as_of), [one.item for one in made])


def segments_first(online: OnlineStore, accounts: Iterable[StoredAccount]) -> Iterator[OnlineItem]:
    """The main items, each once its segments are stored."""
    for account in accounts:
        if account.segments:
            online.write(account.segments)
        yield account.item


def _part(events: EventArrays, cut: slice) -> EventArrays:
    return EventArrays(*(array[cut] for array in vars(events).values()))
