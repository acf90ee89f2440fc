"""Counts of predictions, in memory and over the Amazon DynamoDB API (moto, embedded AWS)."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from roost.adapters.dynamodb_observations import DynamoDBObservations
from roost.adapters.in_memory import InMemoryObservations
from roost.domain.observations import Counted, CountKey, StoredCounts, key_of
from roost.errors import ConcurrentUpdate
from roost.ports import ObservationStore
from tests.contract.conftest import KINDS, reach, table
from tests.unit.monitoring.served import HOUR, MODEL, START, Watch, batch, message

STREAM = "group:one"


@pytest.fixture(params=KINDS)
def store(request: pytest.FixtureRequest) -> ObservationStore:
    if request.param == "in_memory":
        return InMemoryObservations()
    reach(request)
    return DynamoDBObservations(table("roost-test-observations", "pk", "sk"))


def counted(number: int, at: int = START, revision: int = 0, body: bytes = b"counts") -> Counted:
    predictions = batch(message(number, at)).predictions
    return Counted(STREAM, ((key_of(predictions[0], STREAM), StoredCounts(body, revision)),), predictions)


def fingerprint(number: int, at: int = START) -> bytes:
    return batch(message(number, at)).predictions[0].fingerprint


def test_nothing_is_stored_at_first(store: ObservationStore) -> None:
    key = CountKey(MODEL, "2026-01-01T00", 1, 0)
    assert store.stored([key]) == {}
    assert store.seen(STREAM, START, START) == frozenset()
    assert list(store.counts(MODEL, "2025", "2027")) == []


def test_counts_and_predictions_are_read_as_they_were_written(store: ObservationStore) -> None:
    change = counted(1)
    store.commit(change)
    key = change.counts[0][0]
    assert store.stored([key]) == {key: StoredCounts(b"counts", 1)}
    assert store.seen(STREAM, START, START) == {fingerprint(1)}
    assert store.seen("group:other", START, START) == frozenset()
    assert list(store.counts(MODEL, "2026-01-01T00", "2026-01-01T01")) == [("2026-01-01T00", 1, b"counts")]


def test_a_change_from_an_old_revision_is_refused_and_writes_nothing(store: ObservationStore) -> None:
    store.commit(counted(1))
    for late in (counted(2), counted(2, revision=7)):
        with pytest.raises(ConcurrentUpdate):
            store.commit(late)
    assert store.seen(STREAM, START, START) == {fingerprint(1)}
    store.commit(counted(2, revision=1, body=b"more"))
    assert [one.body for one in store.counts(MODEL, "2026", "2027")] == [b"more"]


def test_only_predictions_near_the_time_need_be_told(store: ObservationStore) -> None:
    store.commit(counted(1))
    store.commit(counted(2, START + 1000, revision=1))
    store.commit(counted(3, START + HOUR))
    near = store.seen(STREAM, START + 500, START + 2000)
    assert fingerprint(2, START + 1000) in near
    assert fingerprint(1) not in near
    assert fingerprint(3, START + HOUR) not in near


def test_hours_end_before_the_last(store: ObservationStore) -> None:
    for number in range(3):
        store.commit(counted(number, START + number * HOUR))
    found = store.counts(MODEL, "2026-01-01T00", "2026-01-01T02")
    assert [one.hour for one in found] == ["2026-01-01T00", "2026-01-01T01"]
    assert list(store.counts("other", "2026", "2027")) == []


def test_observers_side_by_side_count_every_prediction_once(
    store: ObservationStore, request: pytest.FixtureRequest
) -> None:
    watch = Watch(observations=store, pause=time.sleep)
    parts = [[message(n) for n in range(start, start + 4)] for start in range(0, 20, 2)]  # each prediction in two
    in_turn = "moto" in request.node.callspec.id  # it keeps its tables in dicts that threads must not share
    with ThreadPoolExecutor(1 if in_turn else 4) as pool:
        list(pool.map(lambda part: watch.observer.take(batch(*part)), parts))
    assert watch.counts()["2026-01-01T00", 1][""]["rows"] == 22
