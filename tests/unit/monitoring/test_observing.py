"""ObservePredictions: the log and the counts hold each prediction once, however it is delivered."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roost.adapters.in_memory import InMemoryObservations
from roost.domain.observations import Counted, CountKey, StoredCounts, shard_of
from roost.domain.prediction_counts import Reference, Segments, counted
from roost.errors import ConcurrentUpdate, DependencyUnavailable, UnknownVersion
from tests.unit.monitoring.served import HOUR, MANIFEST, MODEL, START, Watch, batch, identifier, message

FROM, UNTIL = datetime(2025, 12, 31, tzinfo=UTC), datetime(2026, 1, 3, tzinfo=UTC)
STREAMS = ("group:one", "group:two", "group:three")


def logged(watch: Watch) -> list[Mapping[str, Any]]:
    return list(watch.log.records(FROM, UNTIL))


def recomputed(watch: Watch) -> dict[tuple[str, int], Segments]:
    """Counts of everything in the log, by hour and version, in one go."""
    groups: dict[tuple[str, int], list[Any]] = {}
    for record in logged(watch):
        groups.setdefault((record["time"][:13], record["model_version"]), []).append(record)
    reference = Reference.from_manifest(MANIFEST)
    return {key: counted(reference, records) for key, records in groups.items()}


def test_a_prediction_is_in_the_log_as_it_was_logged_with_its_time() -> None:
    watch, line = Watch(), message(1)
    taken = watch.observer.take(batch(line))
    assert (taken.predictions, taken.new, taken.unreadable) == (1, 1, 0)
    assert watch.log.find(identifier(START, 1)) == {
        "time": "2026-01-01T00:00:00.002Z",
        "milliseconds": 1.5,
        **json.loads(line)["prediction"],
    }


def test_counts_are_by_hour_version_segment_and_bin() -> None:
    watch = Watch()
    watch.observer.take(
        batch(message(1, amount=5.0), message(2, amount=99.0, plan="yes"), message(3, amount=None),
              message(4, at=START + HOUR), message(5, version=2))
    )  # fmt: skip
    counts = watch.counts()
    assert set(counts) == {("2026-01-01T00", 1), ("2026-01-01T01", 1), ("2026-01-01T00", 2)}
    found = counts["2026-01-01T00", 1]
    assert set(found) == {"", "plan=no", "plan=yes", "size=below 10", "size=10 and above"}
    everything = found[""]
    assert everything["rows"] == 3
    assert everything["features"] == {"amount": [1, 1, 0, 1, 0], "twice": [1, 1, 0, 1, 0]}
    assert everything["score"] == [0, 3, 0, 0, 0]
    assert everything["decisions"] == {"approve": [3, 750_000]}
    assert (everything["missing"], everything["defaulted"]) == ({"amount": 1}, {"amount": 1})
    assert (everything["ranks"][10], sum(everything["ranks"])) == (3, 3)
    assert found["plan=yes"]["features"]["amount"] == [0, 0, 0, 1, 0]


Delivered = list[tuple[int, str]]


@st.composite
def deliveries(draw: st.DrawFn) -> tuple[list[list[int]], list[list[int]]]:
    """Predictions of each stream in batches, and then some of them again, cut and ordered in other ways."""
    numbers = list(range(draw(st.integers(1, 12))))
    owner = {number: draw(st.integers(0, len(STREAMS) - 1)) for number in numbers}
    rounds: list[list[int]] = []
    for again in range(draw(st.integers(1, 3))):
        chosen = draw(st.permutations(numbers)) if again == 0 else draw(st.lists(st.sampled_from(numbers)))
        while chosen:
            size = draw(st.integers(1, len(chosen)))
            part, chosen = chosen[:size], chosen[size:]
            rounds += [[number for number in part if owner[number] == place] for place in range(len(STREAMS))]
    return rounds, [[owner[number]] for number in numbers]


@given(deliveries(), st.integers(1, 4))
def test_any_split_order_and_redelivery_counts_what_one_pass_over_the_log_counts(
    drawn: tuple[list[list[int]], list[list[int]]], portion: int
) -> None:
    parts, owners = drawn
    watch = Watch(portion=portion)
    for part in parts:
        if part:
            lines = [message(n, START + n * 1_200_000, float(n), 1 + n % 2, "yes" if n % 3 else "no") for n in part]
            watch.observer.take(batch(*lines, stream=STREAMS[owners[part[0]][0]]))
    assert watch.counts() == recomputed(watch)
    assert sorted(record["inputs"]["amount"] for record in logged(watch)) == list(map(float, range(len(owners))))


class Interrupted(InMemoryObservations):
    """Fails to commit now and then, as DynamoDB may; the log was written by then."""

    def __init__(self, failures: Sequence[type[Exception]]) -> None:
        super().__init__()
        self.failures = list(failures)

    def commit(self, counted: Counted) -> None:
        if self.failures:
            raise self.failures.pop(0)("not now")
        super().commit(counted)


def test_a_batch_that_failed_after_the_log_was_written_is_logged_and_counted_once() -> None:
    watch = Watch(observations=Interrupted([DependencyUnavailable]))
    with pytest.raises(DependencyUnavailable):
        watch.observer.take(batch(message(1), message(2)))
    assert len(watch.lake.objects) == 1
    watch.observer.take(batch(message(2), message(3)))
    watch.observer.take(batch(message(1), message(2)))
    assert len(logged(watch)) == 3
    assert watch.counts() == recomputed(watch)


def test_a_lost_race_is_tried_again_and_a_lasting_one_is_told() -> None:
    watch = Watch(observations=Interrupted([ConcurrentUpdate] * 7))
    assert watch.observer.take(batch(message(1))).new == 1
    watch = Watch(observations=Interrupted([ConcurrentUpdate] * 8))
    with pytest.raises(ConcurrentUpdate):
        watch.observer.take(batch(message(1)))


def test_a_batch_that_was_counted_between_reading_and_writing_is_not_counted_again() -> None:
    class Raced(InMemoryObservations):
        races = 1

        def seen(self, stream: str, first: int, last: int) -> frozenset[bytes]:
            found = super().seen(stream, first, last)
            if self.races:
                self.races -= 1
                watch.observer.take(batch(message(1)))
            return found

    watch = Watch(observations=Raced())
    assert watch.observer.take(batch(message(1), message(2))).new == 1
    assert watch.counts()["2026-01-01T00", 1][""]["rows"] == 2


def test_lines_that_are_no_predictions_are_counted_and_left_out() -> None:
    watch = Watch()
    unanswered = json.dumps({"_aws": {"Timestamp": 1}, "prediction": {"error": "no", "status": 422}})
    taken = watch.observer.take(batch("START RequestId: 1", unanswered, "[]", '{"prediction": 1}', message(1)))
    assert (taken.new, taken.unreadable) == (1, 4)


def test_a_version_that_nobody_registered_is_named_and_nothing_is_counted() -> None:
    watch = Watch()
    with pytest.raises(UnknownVersion):
        watch.observer.take(batch(message(1, version=9)))
    assert watch.counts() == {}


def test_a_package_without_bins_is_counted_all_the_same() -> None:
    bare = {name: value for name, value in MANIFEST.items() if name != "reference_bins"}
    record = json.loads(message(1))["prediction"]
    found = counted(Reference.from_manifest(bare), [record])
    assert (found[""]["rows"], found[""]["features"], found[""]["score"]) == (1, {}, [])


def test_streams_share_out_over_the_shards() -> None:
    shards = {shard_of(f"/aws/lambda/roost-dev-fraud-scoring:2026/01/01/[7]{n:032x}") for n in range(400)}
    assert shards == set(range(16))


def test_a_look_up_opens_the_objects_of_its_moment_only() -> None:
    watch, reads = Watch(), list[str]()
    for number in range(60):
        watch.observer.take(batch(message(number, START + number * 1000)))
    get = watch.lake.get
    watch.lake.get = lambda key: (reads.append(key), get(key))[1]  # type: ignore[method-assign, func-returns-value]
    assert watch.log.find(identifier(START + 30_000, 30)) is not None
    assert len(reads) == 1
    assert watch.log.find(identifier(START + 30_000, 31)) is None
    assert watch.log.find(identifier(START + 30_500, 31)) is None
    assert watch.log.find("no identifier") is None
    assert len(reads) == 2


def test_a_sample_is_spread_over_the_time_and_all_of_it_if_there_are_few() -> None:
    watch = Watch()
    lines = [message(number, START + number * 10_000) for number in range(600)]
    for start in range(0, 600, 7):
        watch.observer.take(batch(*lines[start : start + 7]))
    since = datetime.fromtimestamp(START / 1000, UTC)
    drawn = watch.log.sample(since, since + timedelta(hours=2), 60)
    assert [round(one.scored / 1e6 - START / 1000) for one in drawn] == list(range(0, 6000, 100))
    assert len(watch.log.sample(since, since + timedelta(hours=2), 10_000)) == 600
    assert len(watch.log.sample(since, since + timedelta(minutes=10), 10_000)) == 60
    assert watch.log.sample(since - timedelta(hours=2), since, 5) == []


def test_counts_of_other_models_and_hours_are_left_out() -> None:
    watch = Watch()
    key = CountKey("other", "2026-01-01T00", 1, 0)
    assert isinstance(watch.observations, InMemoryObservations)
    watch.observations.items[key] = StoredCounts(b"", 1)
    watch.observer.take(batch(message(1), message(2, at=START + HOUR)))
    assert set(watch.counts("2026-01-01T00", "2026-01-01T01")) == {("2026-01-01T00", 1)}
    assert key.model != MODEL
