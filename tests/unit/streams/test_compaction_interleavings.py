"""Readers, compactions, the stream and the bucket's lifecycle in any order of their calls: every row is seen.

Each of them runs in a thread of its own, and each of its calls to the store waits for its turn; Hypothesis deals the
turns. Files hold row numbers as JSON, so that an example takes milliseconds; all else is the code that runs in AWS.
``ROOST_EXAMPLES=5000`` tries more.
"""

import json
import os
import tempfile
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

from hypothesis import given, settings
from hypothesis import strategies as st

from roost.adapters.in_memory import FixedClock, InMemoryObjectStore
from roost.errors import DependencyUnavailable, TransientError
from roost.object_keys import event_log_key
from roost.ports import CompactedRows, LocalCopy, ObjectStore, StoredObject, TableEngine
from roost.workflows.compaction import compact_events
from roost.workflows.event_history import local_event_files, look
from tests.unit.features.payments import Lake
from tests.unit.streams.test_stream_consumer import PAYMENTS

EXAMPLES = int(os.environ.get("ROOST_EXAMPLES", "200"))
DAYS = ("2026-03-01", "2026-03-02", "2026-03-09")  # the last one is going on
NOW = datetime(2026, 3, 9, 12, tzinfo=UTC)
FOREVER = 10**9

ACTORS = ("reader", "one", "other", "stream", "lifecycle")

Batch = tuple[str, tuple[int, ...]]

BATCHES = st.lists(st.tuples(st.sampled_from(DAYS), st.lists(st.integers(0, 12), min_size=1, max_size=3).map(tuple)))


class RowLists:
    """Tables that are JSON lists of rows."""

    def compact(self, files: Sequence[LocalCopy], _source: object, target: Path) -> CompactedRows:
        read = [row for file in files for row in json.loads(file.path.read_bytes())]
        target.write_text(json.dumps(sorted(set(read))))
        return CompactedRows(len(read), len(set(read)))


@dataclass
class Turns:
    """Who makes the next call; whoever has ended is passed over, and after the last turn they go on one by one."""

    dealt: list[str]
    ended: set[str] = field(default_factory=set)
    moved: threading.Condition = field(default_factory=threading.Condition)

    def take(self, actor: str, call: Callable[[], Any]) -> Any:
        with self.moved:
            assert self.moved.wait_for(lambda: self._is_next(actor), timeout=30)
            if self.dealt:
                self.dealt.pop(0)
            try:
                return call()
            finally:
                self.moved.notify_all()

    def end(self, actor: str) -> None:
        with self.moved:
            self.ended.add(actor)
            self.moved.notify_all()

    def _is_next(self, actor: str) -> bool:
        while self.dealt and self.dealt[0] in self.ended:
            self.dealt.pop(0)
        others = (one for one in ACTORS if one not in self.ended)
        return actor == (self.dealt[0] if self.dealt else next(others))


@dataclass
class Waiting:
    """The store as one actor has it; the actor may die at one of its calls."""

    store: InMemoryObjectStore
    turns: Turns
    actor: str
    calls_left: int = FOREVER

    def list(self, prefix: str) -> list[StoredObject]:
        return cast(list[StoredObject], self._call(lambda: self.store.list(prefix)))

    def get(self, key: str) -> bytes:
        return cast(bytes, self._call(lambda: self.store.get(key)))

    def put(self, key: str, body: bytes, _type: str = "") -> None:
        self._call(lambda: self.store.put(key, body))

    def upload(self, path: Path, key: str) -> None:
        self._call(lambda: self.store.upload(path, key))

    def tag(self, key: str, tags: Mapping[str, str]) -> None:
        self._call(lambda: self.store.tag(key, tags))

    def expire(self) -> None:
        """The lifecycle's only call: all that is tagged goes at once."""
        self._call(lambda: expire(self.store))

    def _call(self, call: Callable[[], Any]) -> Any:
        if self.calls_left <= 0:
            raise DependencyUnavailable("killed")
        self.calls_left -= 1
        return self.turns.take(self.actor, call)


def expire(store: InMemoryObjectStore) -> None:
    for key in list(store.tags):
        store.objects.pop(key)
        store.tags.pop(key)


def log(store: Any, batches: Sequence[Batch]) -> None:
    """As the consumer does it: the name of a file follows from what is in it."""
    for day, rows in batches:
        name = "-".join(map(str, rows))
        store.put(event_log_key("payments", day, name), json.dumps(rows).encode())


def compact(store: Any) -> None:
    ports = replace(Lake(clock=FixedClock(NOW)).ports, lake=cast(ObjectStore, store))
    compact_events(PAYMENTS, cast(TableEngine, RowLists()), ports)


def try_to_compact(store: Waiting) -> None:
    """It may die, or miss a file that was compacted and went meanwhile; Step Functions tries it again then."""
    with suppress(TransientError):
        compact(store)


def rows(store: Any) -> set[int]:
    with tempfile.TemporaryDirectory() as folder:
        paths = local_event_files("payments", cast(ObjectStore, store), Path(folder))
        return {row for path in paths for row in json.loads(path.read_bytes())}


def logged(batches: Sequence[Batch]) -> set[int]:
    return {row for _, found in batches for row in found}


def play(turns: Turns, parts: Mapping[str, Callable[[], None]]) -> list[BaseException]:
    """Run each part in a thread; returns what went wrong."""
    failures: list[BaseException] = []

    def run(actor: str) -> None:
        try:
            parts[actor]()
        except BaseException as error:
            failures.append(error)
        finally:
            turns.end(actor)

    threads = [threading.Thread(target=run, args=(actor,)) for actor in parts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return failures


@settings(max_examples=EXAMPLES, deadline=None)
@given(
    before=BATCHES.filter(bool),
    later=BATCHES,
    dies_at=st.sampled_from((1, 3, 4, 5, 6, 8, FOREVER)),
    bursts=st.lists(st.tuples(st.sampled_from(ACTORS), st.sampled_from((1, 2, 3, 30))), min_size=5, max_size=12),
)
def test_every_row_is_seen_whatever_the_order(
    before: list[Batch], later: list[Batch], dies_at: int, bursts: list[tuple[str, int]]
) -> None:
    turns = Turns([actor for actor, calls in bursts for _ in range(calls)])
    store, seen = InMemoryObjectStore(), set[int]()
    log(store, before)

    def reach(actor: str, calls: int = FOREVER) -> Waiting:
        return Waiting(store, turns, actor, calls)

    def sweep() -> None:
        lifecycle = reach("lifecycle")
        lifecycle.expire()
        lifecycle.expire()

    failures = play(
        turns,
        {
            "reader": lambda: seen.update(rows(reach("reader"))),
            "one": lambda: try_to_compact(reach("one", dies_at)),
            "other": lambda: try_to_compact(reach("other")),
            "stream": lambda: log(reach("stream"), later),
            "lifecycle": sweep,
        },
    )
    assert failures == []
    assert logged(before) <= seen <= logged([*before, *later])
    _comes_to_rest(store, [*before, *later])


def _comes_to_rest(store: InMemoryObjectStore, batches: Sequence[Batch]) -> None:
    """One more run, and only the day that goes on is left in the log; nothing is lost."""
    compact(store)
    expire(store)
    assert rows(store) == logged(batches)
    left = {stored.key for stored in look("payments", cast(ObjectStore, store)).uncovered}
    assert left == {
        event_log_key("payments", day, "-".join(map(str, found))) for day, found in batches if day == DAYS[-1]
    }
