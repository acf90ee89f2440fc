"""Put rebuilt accounts in the place of stored ones, where these hold other events or have lost some."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from roost.domain.accounts import opened
from roost.domain.event_codec import EventArrays, unpack_arrays
from roost.domain.event_union import same, united
from roost.domain.segments import SEALED, Segment, without_segments
from roost.domain.view_layout import ViewLayout
from roost.ports import OnlineItem, OnlineStore
from roost.workflows.account_reading import whole_accounts
from roost.workflows.accounts import AccountWriter
from roost.workflows.sealing import StoredAccount, segments_first

Lost = tuple[Segment, ...]


class Seen(NamedTuple):
    """What an item was before history was read: its revision, and the segments that it listed."""

    revision: int = 0
    segments: tuple[Segment, ...] = ()


def swap_in(
    online: OnlineStore,
    layout: ViewLayout,
    rebuilt: Sequence[StoredAccount],
    before: Mapping[str, Seen],
    most: int | None = None,
) -> int:
    """Store rebuilt accounts; one that holds the same events, or is complete to a later time, is left alone.

    An account that was written since it was ``Seen`` is merged with the rebuilt one, and so is a later one that has
    lost segments. Returns the number of accounts changed.
    """
    stored = online.read([(one.item.view, one.item.entity) for one in rebuilt], fresh=True)
    changed, broken = _judged(online, layout, rebuilt, stored)
    swapped = [replace(item, revision=_seen(before, item.entity).revision) for item in segments_first(online, changed)]
    obsolete = {item.entity: set(_seen(before, item.entity).segments) for item in online.swap(swapped)}
    obsolete |= {entity: set(lost) & set(_seen(before, entity).segments) for entity, lost in broken.items()}
    merged = [one for one in rebuilt if one.item.entity in obsolete]
    accounts = {item.entity: opened(item.payload) for item in segments_first(online, merged)}
    if accounts:
        AccountWriter(online, layout, rebuilt[0].item.as_of, most).unite(accounts, obsolete)
    return len(changed) + len(broken)


def _judged(
    online: OnlineStore,
    layout: ViewLayout,
    rebuilt: Sequence[StoredAccount],
    stored: Mapping[tuple[str, str], OnlineItem],
) -> tuple[list[StoredAccount], dict[str, Lost]]:
    """The accounts to be replaced, and the lost segments of those that are to be mended but hold later events."""
    changed, broken = [], {}
    for one in rebuilt:
        held = stored.get((one.item.view, one.item.entity))
        lost, equal = _compared(online, layout, one, held)
        later = held is not None and held.as_of > one.item.as_of
        if lost and later:
            broken[one.item.entity] = lost
        elif not equal and not later:
            changed.append(one)
    return changed, broken


def _compared(
    online: OnlineStore, layout: ViewLayout, rebuilt: StoredAccount, held: OnlineItem | None
) -> tuple[Lost, bool]:
    """What the stored account has lost, and whether it holds the rebuilt one's events, however both are cut."""
    if held is None:
        return (), False
    if SEALED not in (rebuilt.item.payload[:1], held.payload[:1]):
        return (), rebuilt.item.payload == held.payload
    (whole,) = whole_accounts(online, [(layout, held)])
    return whole.lost, not whole.lost and same(whole.events, _events(rebuilt))


def _events(rebuilt: StoredAccount) -> EventArrays:
    _, own = without_segments(rebuilt.item.payload)
    return united([unpack_arrays(payload) for payload in (*(one.payload for one in rebuilt.segments), own)])


def _seen(before: Mapping[str, Seen], entity: str) -> Seen:
    return before.get(entity, Seen())
