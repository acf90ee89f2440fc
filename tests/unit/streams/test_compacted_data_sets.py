"""Data sets take compacted files like the log that they stand for."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from roost.adapters.in_memory import FixedClock, InMemoryObjectStore
from roost.errors import ConcurrentUpdate
from roost.object_keys import VALID_ROWS, dataset_key
from roost.spec import Source
from roost.workflows.event_history import event_files
from roost.workflows.ingesting import ingest
from roost.workflows.validation import validate_data
from tests.unit.features.payments import Lake
from tests.unit.streams.test_backfill import consumer, ports, project
from tests.unit.streams.test_compaction import WEEK_LATER, compacted, expire, raw
from tests.unit.streams.test_stream_consumer import PAYMENTS, TABLES, Bench, T, record


@pytest.fixture
def streamed() -> Bench:
    """A day's batches, of which one was delivered again in other pieces, and one of today."""
    bench, sent = Bench(), [record(number, T + number) for number in range(6)]
    for batch in (sent, sent[:2], sent[2:], [record(10, T + 6.9 * 86_400)]):
        consumer(bench).consume(batch)
    return bench


def valid(bench: Bench, folder: Path) -> tuple[str, dict[str, Any], dict[str, list[Any]]]:
    """Data set, what validation says of it, and its valid rows."""
    ingested = ingest(project(), TABLES, ports(bench))
    later = Lake(store=bench.lake, clock=FixedClock(WEEK_LATER))
    answer = validate_data(project(), ingested["datasets"], TABLES, later.ports)
    return ingested["dataset"], answer, later.table(dataset_key(ingested["dataset"], VALID_ROWS), folder)


def events(columns: dict[str, list[Any]]) -> set[tuple[Any, ...]]:
    return set(zip(*columns.values(), strict=True))


def test_the_rows_are_the_same_and_the_data_version_is_another(streamed: Bench, tmp_path: Path) -> None:
    before, told_before, rows_before = valid(streamed, tmp_path)
    compacted(streamed)
    expire(streamed)
    after, told_after, rows_after = valid(streamed, tmp_path)
    assert (told_before["valid"], told_before["quarantined"]) == (13, 0)
    assert (told_after["valid"], told_after["quarantined"]) == (7, 0)
    assert events(rows_after) == events(rows_before)
    assert before != after


def test_what_was_compacted_is_not_taken_twice(streamed: Bench) -> None:
    compacted(streamed)
    answer = ingest(project(), TABLES, ports(streamed))
    assert (answer["files"], answer["rows"]) == (2, 7)
    assert len(event_files("payments", streamed.lake)) == 2


class Vanishing(InMemoryObjectStore):
    """Something happens before the first download."""

    meanwhile: Callable[[], Any] | None = None

    def download(self, key: str, path: Path) -> None:
        if self.meanwhile:
            happen, self.meanwhile = self.meanwhile, None
            happen()
        super().download(key, path)


def test_a_file_that_goes_while_it_is_ingested_is_worth_another_try(streamed: Bench) -> None:
    lake = Vanishing(streamed.lake.objects)
    streamed.lake = lake
    lake.meanwhile = lambda: (compacted(streamed), expire(streamed))
    with pytest.raises(ConcurrentUpdate, match="is gone since it was listed"):
        ingest(project(), TABLES, ports(streamed))
    assert len(raw(streamed)) == 1
    assert ingest(project(), TABLES, ports(streamed))["rows"] == 7


def test_a_column_of_a_source_with_versions_cannot_be_unique() -> None:
    columns = [column.model_dump() for column in PAYMENTS.columns]
    columns[3]["unique"] = True
    with pytest.raises(ValidationError, match=r"versions of an event.*'card'.*drop unique"):
        Source(**{**PAYMENTS.model_dump(), "columns": columns})
