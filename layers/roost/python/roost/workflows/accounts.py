"""Bring events into the online store, whoever else writes: read, merge, swap if nobody was faster, else again.

A main item that grows beyond its bound is sealed: its older events become segments, stored before it under names made
of their content. Whoever loses the race for the main item, or is killed before it, leaves a segment that nobody lists.
"""

import random
import time
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from roost.domain.accounts import Account, closed, opened, overlapping, united, within_reach, without
from roost.domain.entity_events import Event, unknown
from roost.domain.event_codec import as_arrays, unpack
from roost.domain.segments import Segment, kept, pieces, segment_view
from roost.domain.view_layout import ViewLayout
from roost.errors import ConcurrentUpdate
from roost.ports import OnlineItem, OnlineStore
from roost.workflows.account_reading import read_segments
from roost.workflows.sealing import StoredAccount, bound, sealed, segments_first

ATTEMPTS = 30
LONGEST_PAUSE = 0.5  # seconds


def apply(
    online: OnlineStore, layout: ViewLayout, events: Mapping[str, Sequence[Event]], as_of: int, most: int | None = None
) -> int:
    """Merge events, by entity, into what is stored; events that are in the main item already change nothing.

    ``most`` is how many events a main item holds, None for the usual bound.

    Returns:
        The number of main items written.

    Raises:
        ConcurrentUpdate: others were faster each of many times.
    """
    accounts = {entity: Account(list(new)) for entity, new in events.items()}
    return AccountWriter(online, layout, as_of, most).unite(accounts)


@dataclass(frozen=True)
class AccountWriter:
    """Writes accounts of one view that are complete to ``as_of``; ``most`` as for ``apply``."""

    online: OnlineStore
    layout: ViewLayout
    as_of: int
    most: int | None = None

    def unite(
        self, accounts: Mapping[str, Account], obsolete: Mapping[str, Container[Segment]] = MappingProxyType({})
    ) -> int:
        """Merge accounts, by entity, into what is stored, which then no longer lists its ``obsolete`` segments.

        The accounts' own segments are stored already. Returns and raises as ``apply``.
        """
        waiting, written = dict(accounts), 0
        for attempt in range(ATTEMPTS):
            changes = self._changes(waiting, obsolete)
            lost = self.online.swap(list(segments_first(self.online, changes)))
            written += len(changes) - len(lost)
            waiting = {item.entity: waiting[item.entity] for item in lost}
            if not waiting:
                return written
            time.sleep(random.uniform(0, min(LONGEST_PAUSE, 0.005 * 2**attempt)))
        raise ConcurrentUpdate(
            f"{self.layout.online_name}: {len(waiting)} entities were written by others {ATTEMPTS} times"
        )

    def _changes(
        self, accounts: Mapping[str, Account], obsolete: Mapping[str, Container[Segment]]
    ) -> list[StoredAccount]:
        name = self.layout.online_name
        stored = self.online.read([(name, entity) for entity in accounts], fresh=True)
        changes = [
            self._changed(entity, stored.get((name, entity)), new, obsolete.get(entity, ()))
            for entity, new in accounts.items()
        ]
        return [change for change in changes if change is not None]

    def _changed(
        self, entity: str, stored: OnlineItem | None, new: Account, obsolete: Container[Segment]
    ) -> StoredAccount | None:
        before = opened(stored.payload) if stored else Account([])
        account = within_reach(self.layout, united(without(before, obsolete), new))
        account, segments = self._sealed(entity, account)
        payload = closed(account, len(self.layout.columns))
        if stored and payload == stored.payload:
            return None
        latest, revision = (max(stored.as_of, self.as_of), stored.revision) if stored else (self.as_of, 0)
        return StoredAccount(OnlineItem(self.layout.online_name, entity, payload, latest, revision), segments)

    def _sealed(self, entity: str, account: Account) -> tuple[Account, list[OnlineItem]]:
        """The account with no more events than a main item holds, and new segments of the others."""
        limit = bound(self.layout, self.most)
        if limit is None or len(account.events) <= limit:
            return account, []
        old, recent = account.events[: -kept(limit)], account.events[-kept(limit) :]
        old = unknown(old, self._held(entity, overlapping(account.segments, old)))
        cuts = pieces(len(old), limit)
        columns = len(self.layout.columns)
        made = [sealed(self.layout, entity, as_arrays(old[cut], columns)) for cut in cuts]
        segments = tuple(sorted({*account.segments, *(one.segment for one in made)}))
        return Account(recent if cuts else [*old, *recent], segments), [one.item for one in made]

    def _held(self, entity: str, segments: Sequence[Segment]) -> list[Event]:
        keys = [(segment_view(self.layout.online_name, segment), entity) for segment in segments]
        return [event for payload in read_segments(self.online, keys).values() for event in unpack(payload)]
