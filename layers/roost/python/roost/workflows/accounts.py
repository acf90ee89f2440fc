"""Bring events into the online store, whoever else writes: read, merge, swap if nobody was faster, else again."""

import random
import time
from collections.abc import Mapping, Sequence

from roost.domain.entity_events import Event, merged, reachable
from roost.domain.event_codec import pack, unpack
from roost.domain.view_layout import ViewLayout
from roost.domain.windows import tail
from roost.errors import ConcurrentUpdate
from roost.ports import OnlineItem, OnlineStore

ATTEMPTS = 30
LONGEST_PAUSE = 0.5  # seconds


def apply(online: OnlineStore, layout: ViewLayout, events: Mapping[str, Sequence[Event]], as_of: int) -> int:
    """Merge events, by entity, into what is stored; events that are there already change nothing.

    Returns:
        The number of items written.

    Raises:
        ConcurrentUpdate: others were faster each of many times.
    """
    waiting, written = dict(events), 0
    for attempt in range(ATTEMPTS):
        changes = _changes(online, layout, waiting, as_of)
        lost = online.swap(changes)
        written += len(changes) - len(lost)
        waiting = {item.entity: waiting[item.entity] for item in lost}
        if not waiting:
            return written
        time.sleep(random.uniform(0, min(LONGEST_PAUSE, 0.005 * 2**attempt)))
    raise ConcurrentUpdate(f"{layout.online_name}: {len(waiting)} entities were written by others {ATTEMPTS} times")


def _changes(
    online: OnlineStore, layout: ViewLayout, events: Mapping[str, Sequence[Event]], as_of: int
) -> list[OnlineItem]:
    stored = online.read([(layout.online_name, entity) for entity in events], fresh=True)
    changes = [
        _changed(layout, entity, stored.get((layout.online_name, entity)), new, as_of) for entity, new in events.items()
    ]
    return [change for change in changes if change is not None]


def _changed(
    layout: ViewLayout, entity: str, stored: OnlineItem | None, events: Sequence[Event], as_of: int
) -> OnlineItem | None:
    before = unpack(stored.payload) if stored else []
    account = merged(before, events)
    first = tail(layout, layout.reach - layout.delay, account[-1].time)
    payload = pack(reachable(account, first, layout.instants), len(layout.columns))
    if stored and payload == stored.payload:
        return None
    latest, revision = (max(stored.as_of, as_of), stored.revision) if stored else (as_of, 0)
    return OnlineItem(layout.online_name, entity, payload, latest, revision)
