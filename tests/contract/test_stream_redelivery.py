"""A stream consumer that is killed anywhere in a batch, and gets it again, leaves what an undisturbed one leaves."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import pytest

from roost.adapters.dynamodb_online import DynamoDBOnlineStore
from roost.adapters.in_memory import InMemoryObjectStore, InMemoryOnlineStore
from roost.adapters.s3_objects import S3ObjectStore
from roost.errors import DependencyUnavailable
from roost.ports import ObjectStore, OnlineItem, OnlineStore
from roost.spec.feeds import feed_of
from roost.workflows.streaming import StreamConsumer
from tests.contract.conftest import KINDS, reach, table, unique
from tests.unit.streams.test_stream_consumer import LAYOUTS, PAYMENTS, TABLES, history

BATCH = history()[:25]
CARDS = ("a", "b")
CALLS = 1 + len(LAYOUTS) * (1 + len(CARDS)) + 1  # the log; of each view a read, a swap of two items; freshness


@dataclass
class Stores:
    lake: ObjectStore
    online: OnlineStore

    def consume(self) -> None:
        StreamConsumer(feed_of(PAYMENTS), LAYOUTS, self.lake, self.online, TABLES).consume(BATCH)

    def left(self) -> tuple[dict[tuple[str, str], bytes], dict[str, bytes]]:
        """Payloads by view and card, and logged bytes by key."""
        keys = [(layout.online_name, card) for layout in LAYOUTS for card in CARDS]
        items = {key: item.payload for key, item in self.online.read(keys, fresh=True).items()}
        return items, {logged.key: self.lake.get(logged.key) for logged in self.lake.list("")}


@dataclass
class Life:
    """How many more calls a consumer lives; each has its effect, or, at the end, none."""

    calls: int

    def spend(self) -> None:
        if not self.calls:
            raise DependencyUnavailable("killed")
        self.calls -= 1


@dataclass
class MortalLake:
    store: ObjectStore
    life: Life

    def upload(self, path: Path, key: str) -> None:
        self.life.spend()
        self.store.upload(path, key)


@dataclass
class MortalOnline:
    """Each item of a swap is a call, as the AWS adapter makes them."""

    store: OnlineStore
    life: Life

    def read(self, keys: Sequence[tuple[str, str]], fresh: bool = False) -> Mapping[tuple[str, str], OnlineItem]:
        self.life.spend()
        return self.store.read(keys, fresh)

    def write(self, items: Iterable[OnlineItem]) -> int:
        self.life.spend()
        return self.store.write(items)

    def swap(self, items: Sequence[OnlineItem]) -> Sequence[OnlineItem]:
        return [late for item in items for late in self._swap(item)]

    def _swap(self, item: OnlineItem) -> Sequence[OnlineItem]:
        self.life.spend()
        return self.store.swap([item])


def mortal(stores: Stores, life: Life) -> Stores:
    lake: Any = MortalLake(stores.lake, life)
    online: Any = MortalOnline(stores.online, life)
    return Stores(lake, online)


@pytest.fixture(params=KINDS)
def fresh(request: pytest.FixtureRequest) -> Callable[[], Stores]:
    """Makes empty stores."""
    if request.param == "in_memory":
        return lambda: Stores(InMemoryObjectStore(), InMemoryOnlineStore())
    reach(request)
    dynamodb, s3 = boto3.client("dynamodb"), boto3.client("s3")

    def made() -> Stores:
        bucket = unique("roost-test-lake")
        s3.create_bucket(Bucket=bucket)
        name = table("roost-test-online", "pk")
        return Stores(S3ObjectStore(bucket, s3), DynamoDBOnlineStore(name, client=dynamodb, writers=1))

    return made


def test_a_batch_that_is_cut_short_and_comes_again_leaves_the_same(fresh: Callable[[], Stores]) -> None:
    undisturbed = fresh()
    undisturbed.consume()
    items, log = undisturbed.left()
    assert (len(items), len(log)) == (len(LAYOUTS) * len(CARDS), 1)
    for calls in range(CALLS):
        killed = fresh()
        with pytest.raises(DependencyUnavailable, match="killed"):
            mortal(killed, Life(calls)).consume()
        killed.consume()
        assert killed.left() == (items, log)


def test_the_calls_are_all_there_are(fresh: Callable[[], Stores]) -> None:
    life = Life(CALLS)
    mortal(fresh(), life).consume()
    assert life.calls == 0
