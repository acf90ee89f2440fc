"""Compacting a stream's log: few files, the same rows, the same features; nothing lost wherever it dies."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from roost.adapters.in_memory import FixedClock, InMemoryObjectStore
from roost.errors import DependencyUnavailable, NoDataFound, UnreadableData
from roost.object_keys import COMPACTED_TAG, event_history_prefix, event_log_key, event_log_prefix
from roost.workflows.backfill import backfill_features
from roost.workflows.compaction import compact_events
from roost.workflows.event_history import event_files, local_event_files
from roost.workflows.feature_history import features_as_known
from tests.unit.features.payments import Lake
from tests.unit.streams.test_backfill import SPEND, consumer, events, ports, project
from tests.unit.streams.test_stream_consumer import PAYMENTS, TABLES, Bench, T, batches, history, record

WEEK_LATER = datetime.fromtimestamp(T, UTC) + timedelta(days=7)
NOTHING = dict.fromkeys(
    ("days", "files_read", "files_written", "rows", "duplicates", "files_retired", "files_waiting"), 0
)  # fmt: skip


@pytest.fixture
def streamed() -> Bench:
    bench = Bench()
    for batch in batches(history()):
        consumer(bench).consume(batch)
    return bench


def compacted(bench: Bench, at: datetime = WEEK_LATER) -> dict[str, Any]:
    lake = Lake(store=bench.lake, online=bench.online, clock=FixedClock(at))
    return compact_events(PAYMENTS, TABLES, lake.ports)


def rows(bench: Bench, folder: Path, prefix: str = "") -> list[tuple[Any, ...]]:
    """Every row that a reader finds, of files under a prefix if one is given."""
    paths = list(map(str, local_event_files("payments", bench.lake, folder)))
    found = zip(event_files("payments", bench.lake), paths, strict=True)
    chosen = [path for stored, path in found if stored.key.startswith(prefix)]
    return duckdb.sql(f"SELECT * FROM read_parquet({chosen}, union_by_name = true)").fetchall()


def features(bench: Bench) -> list[dict[str, float | None]]:
    moments = [datetime.fromtimestamp(T + after, UTC) for after in (-40_000, 0, 1_000, 9_001, 20_000)]
    return [features_as_known(SPEND, card, at, TABLES, bench.lake) for card in "ab" for at in moments]


def keys(bench: Bench, prefix: str) -> list[str]:
    return [stored.key for stored in bench.lake.list(prefix)]


def raw(bench: Bench) -> list[str]:
    return keys(bench, event_log_prefix("payments"))


def expire(bench: Bench) -> None:
    """What the bucket's lifecycle does in the end."""
    for key, tags in list(bench.lake.tags.items()):
        if tags.items() >= COMPACTED_TAG.items():
            del bench.lake.objects[key], bench.lake.tags[key]


def test_a_log_becomes_a_file_a_day_with_each_row_once(streamed: Bench, tmp_path: Path) -> None:
    before, files = rows(streamed, tmp_path), raw(streamed)
    days = sorted({key.rpartition("/")[0] for key in files})
    kept = sum(len(set(rows(streamed, tmp_path, day))) for day in days)
    assert compacted(streamed) == {
        "source": "payments", "days": len(days), "files_read": len(files), "files_written": len(days),
        "rows": kept, "duplicates": len(before) - kept, "files_retired": len(files), "files_waiting": 0,
    }  # fmt: skip
    assert len(days) < len(files)
    assert kept < len(before)
    after = rows(streamed, tmp_path)
    assert (len(after), set(after)) == (kept, set(before))
    assert len(event_files("payments", streamed.lake)) == len(days)


def test_features_are_the_same_with_and_without_the_compacted_files(streamed: Bench) -> None:
    before = features(streamed)
    compacted(streamed)
    assert features(streamed) == before
    expire(streamed)
    assert raw(streamed) == []
    assert features(streamed) == before


def test_a_backfill_from_compacted_files_is_the_same(streamed: Bench) -> None:
    backfill_features(project(), TABLES, ports(streamed))
    expected = events(streamed)
    compacted(streamed)
    expire(streamed)
    streamed.online.items.clear()
    backfill_features(project(), TABLES, ports(streamed))
    assert events(streamed) == expected


def test_doing_it_again_changes_nothing(streamed: Bench) -> None:
    compacted(streamed)
    objects, tags = dict(streamed.lake.objects), dict(streamed.lake.tags)
    assert compacted(streamed) == {"source": "payments", **NOTHING}
    assert (streamed.lake.objects, streamed.lake.tags) == (objects, tags)


def test_nothing_is_nought() -> None:
    assert compacted(Bench()) == {"source": "payments", **NOTHING}


def test_what_comes_late_is_read_at_once_and_makes_another_file(streamed: Bench, tmp_path: Path) -> None:
    compacted(streamed)
    expire(streamed)
    first = dict(streamed.lake.objects)
    consumer(streamed).consume([record(777, T - 50)])
    (late,) = raw(streamed)
    assert any(row[0] == 777 for row in rows(streamed, tmp_path))
    answer = compacted(streamed)
    assert (answer["files_read"], answer["rows"], streamed.lake.tags[late]) == (1, 1, COMPACTED_TAG)
    assert first.items() <= streamed.lake.objects.items()
    assert any(row[0] == 777 for row in rows(streamed, tmp_path))


def test_a_batch_that_is_delivered_again_in_other_pieces_is_kept_once(tmp_path: Path) -> None:
    bench, sent = Bench(), [record(number) for number in range(6)]
    for batch in (sent, sent[:3], sent[3:]):
        consumer(bench).consume(batch)
    answer = compacted(bench)
    assert (answer["files_read"], answer["rows"], answer["duplicates"]) == (3, 6, 6)
    assert [row[0] for row in rows(bench, tmp_path)] == list(range(6))


@pytest.mark.parametrize(("hours", "files"), [(-1, 0), (1, 0), (3, 1)])
def test_a_day_is_compacted_two_hours_after_its_end(hours: int, files: int) -> None:
    bench = Bench()
    consumer(bench).consume([record(1)])
    midnight = datetime.fromtimestamp(T, UTC).replace(hour=0, minute=0, second=0) + timedelta(days=1)
    answer = compacted(bench, midnight + timedelta(hours=hours))
    assert (answer["files_written"], answer["files_waiting"]) == (files, 1 - files)


def test_only_what_was_compacted_is_tagged(streamed: Bench) -> None:
    consumer(streamed).consume([record(888, WEEK_LATER.timestamp())])
    waiting = raw(streamed)[-1]
    answer = compacted(streamed)
    assert answer["files_waiting"] == 1
    assert set(streamed.lake.tags) == set(raw(streamed)) - {waiting}


def test_a_file_that_is_written_again_after_it_was_tagged_is_tagged_again_in_a_week(streamed: Bench) -> None:
    compacted(streamed)
    again = raw(streamed)[0]
    streamed.lake.put(again, streamed.lake.get(again))
    expire(streamed)
    assert raw(streamed) == [again]
    assert compacted(streamed, WEEK_LATER + timedelta(days=6))["files_retired"] == 0
    assert compacted(streamed, WEEK_LATER + timedelta(days=7))["files_retired"] == 1
    expire(streamed)
    assert raw(streamed) == []


@dataclass
class Mortal(InMemoryObjectStore):
    """Dies at one of its writes, and says what they were."""

    left: int = 10**9
    said: list[str] = field(default_factory=list)

    def put(self, key: str, body: bytes, content_type: str = "") -> None:
        self._live(f"put {key.rpartition('.')[2]}")
        super().put(key, body, content_type)

    def tag(self, key: str, tags: Mapping[str, str]) -> None:
        self._live("tag")
        super().tag(key, tags)

    def _live(self, what: str) -> None:
        if not self.left:
            raise DependencyUnavailable("killed")
        self.left -= 1
        self.said.append(what)


def one_day(lake: InMemoryObjectStore) -> Bench:
    bench = Bench(lake=lake)
    for batch in ([record(1), record(2)], [record(2), record(3)], [record(4)]):
        consumer(bench).consume(batch)
    return bench


def test_a_table_is_committed_before_what_it_covers_is_tagged() -> None:
    bench = one_day(Mortal())
    bench.lake.said.clear()
    compacted(bench)
    assert bench.lake.said == ["put parquet", "put json", "tag", "tag", "tag", "put json"]


def tables(bench: Bench) -> dict[str, bytes]:
    return {key: body for key, body in bench.lake.objects.items() if key.endswith("parquet")}


@pytest.mark.parametrize("writes", range(6))
def test_wherever_it_dies_nothing_is_lost_and_the_next_run_goes_on(writes: int, tmp_path: Path) -> None:
    undisturbed = one_day(InMemoryObjectStore())
    expected = set(rows(undisturbed, tmp_path))
    compacted(undisturbed)
    bench = one_day(Mortal())
    bench.lake.left = writes
    with pytest.raises(DependencyUnavailable):
        compacted(bench)
    assert set(rows(bench, tmp_path)) == expected
    expire(bench)
    assert set(rows(bench, tmp_path)) == expected
    bench.lake.left = 10**9
    compacted(bench)
    expire(bench)
    expire(undisturbed)
    assert tables(bench) == tables(undisturbed)
    assert set(bench.lake.objects) == set(undisturbed.lake.objects)


def test_a_file_that_is_no_parquet_is_named_and_nothing_is_committed(streamed: Bench) -> None:
    broken = event_log_key("payments", "2023-11-14", "broken")
    streamed.lake.put(broken, b"PAR1 no more")
    with pytest.raises(UnreadableData, match=broken):
        compacted(streamed)
    assert broken not in streamed.lake.tags


def test_a_compacted_file_that_somebody_removed_is_missed(streamed: Bench) -> None:
    compacted(streamed)
    table = next(key for key in keys(streamed, event_history_prefix("payments")) if key.endswith("parquet"))
    del streamed.lake.objects[table]
    with pytest.raises(NoDataFound, match=f"{table} is gone.*restore"):
        event_files("payments", streamed.lake)


def test_files_from_before_a_column_was_added_have_nulls_in_it(tmp_path: Path) -> None:
    bench = Bench()
    older = PAYMENTS.model_copy(update={"columns": tuple(c for c in PAYMENTS.columns if c.name != "shop")})
    feed = replace(consumer(bench).feed, columns=tuple(c for c in consumer(bench).feed.columns if c["name"] != "shop"))
    assert len(feed.columns) == len(older.columns)
    replace(consumer(bench), feed=feed).consume([record(1)])
    consumer(bench).consume([record(2)])
    before = features(bench)
    compacted(bench)
    expire(bench)
    paths = [str(path) for path in local_event_files("payments", bench.lake, tmp_path)]
    assert duckdb.sql(f"SELECT payment, shop FROM read_parquet({paths}) ORDER BY 1").fetchall() == [
        (1, None), (2, "x"),
    ]  # fmt: skip
    assert features(bench) == before


class Fleeting(InMemoryObjectStore):
    """The lifecycle removes the file that is asked for first, when another run has just compacted it."""

    bench: Bench
    came = False

    def get(self, key: str) -> bytes:
        if not self.came and key in raw(self.bench):
            self.came = True
            compacted(self.bench)
            expire(self.bench)
        return super().get(key)


def test_a_reader_looks_again_for_a_file_that_went(streamed: Bench, tmp_path: Path) -> None:
    expected = set(rows(streamed, tmp_path))
    streamed.lake = Fleeting(streamed.lake.objects)
    streamed.lake.bench = streamed
    assert set(rows(streamed, tmp_path)) == expected
    assert streamed.lake.came


def test_a_record_says_what_became_of_which_files(streamed: Bench) -> None:
    compacted(streamed)
    records = [json.loads(streamed.lake.get(key)) for key in keys(streamed, "history/") if key.endswith("json")]
    assert sorted(key for found in records for key in found["covers"]) == raw(streamed)
    assert {found["retired"] for found in records} == {WEEK_LATER.date().isoformat()}
