"""Two writers that read the same account of an entity and both write it back lose nothing."""

import threading
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import pytest

from roost.domain.entity_events import Event
from roost.domain.event_codec import unpack
from roost.domain.view_layout import Aggregate, ViewLayout
from roost.ports import OnlineItem, OnlineStore
from roost.workflows.accounts import apply
from tests.contract.conftest import OpenOnline

COUNTS = ViewLayout("payments", "card", 3_600, 0, (), (Aggregate("count_1d", "count", None, 86_400),))
ROUNDS = 10
START = 1_700_000_000_000_000  # microseconds since 1970
THREAD_SAFE = pytest.mark.parametrize("open_online", ["in_memory", "embedded"], indirect=True)  # moto is not


@dataclass
class Meeting:
    """A store whose next read returns only when the other writer has read too, so that both saw the same revision."""

    store: OnlineStore
    barrier: threading.Barrier
    to_meet: bool = True
    lost: list[int] = field(default_factory=list)

    def read(self, keys: Sequence[tuple[str, str]], fresh: bool = False) -> Mapping[tuple[str, str], OnlineItem]:
        found = self.store.read(keys, fresh)
        if self.to_meet:
            self.to_meet = False
            self.barrier.wait(timeout=60)
        return found

    def swap(self, items: Sequence[OnlineItem]) -> Sequence[OnlineItem]:
        late = self.store.swap(items)
        self.lost.append(len(late))
        return late


def events_of(writer: int) -> list[Event]:
    return [Event(START + place, writer * 100 + place, START + place, ()) for place in range(ROUNDS)]


def write(store: Meeting, writer: int) -> None:
    for event in events_of(writer):
        store.to_meet = True
        apply(store, COUNTS, {"a": [event]}, START // 10**6)


@THREAD_SAFE
def test_writers_that_meet_at_one_entity_lose_nothing(open_online: OpenOnline) -> None:
    barrier = threading.Barrier(2)
    stores = [Meeting(open_online(), barrier) for _ in range(2)]
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(write, stores, range(2)))
    (item,) = open_online().read([(COUNTS.online_name, "a")], fresh=True).values()
    assert sorted(unpack(item.payload)) == sorted([*events_of(0), *events_of(1)])
    assert sum(sum(store.lost) for store in stores) >= ROUNDS  # in each round one of the two came too late


@THREAD_SAFE
def test_of_swaps_at_once_one_succeeds(open_online: OpenOnline) -> None:
    stores = [open_online() for _ in range(8)]
    barrier = threading.Barrier(len(stores))

    def swap(place: int) -> bool:
        barrier.wait(timeout=60)
        return not stores[place].swap([OnlineItem("spend@1", "7", bytes([place]), 100)])

    with ThreadPoolExecutor(len(stores)) as pool:
        swapped = list(pool.map(swap, range(len(stores))))
    assert swapped.count(True) == 1
    (item,) = open_online().read([("spend@1", "7")], fresh=True).values()
    assert (item.payload, item.revision) == (bytes([swapped.index(True)]), 1)
