"""LoadSources: every row once, whatever happens in between."""

import contextlib
import gzip
import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from roost.adapters.in_memory import InMemoryObjectStore
from roost.adapters.in_memory_origins import InMemoryConnector, InMemoryConnectors
from roost.errors import ConcurrentUpdate, DependencyUnavailable, InvalidDefinition, NoDataFound, UnreadableData
from roost.object_keys import loads_prefix
from roost.spec import Source
from roost.workflows.committed_loads import newest_load
from roost.workflows.ingesting import ingest
from roost.workflows.loading import load_sources
from tests.unit.features.payments import NOW, Lake
from tests.unit.loading.orders import START, model, origin, row, source

PREFIX = loads_prefix("orders")


def load(lake: Lake, connector: InMemoryConnector) -> dict[str, Any]:
    connectors = InMemoryConnectors({"orders": connector})
    answer: dict[str, Any] = load_sources(model(connector.source), connectors, lake.ports)["sources"]["orders"]
    return answer


def landed(lake: Lake, of: Source) -> list[int]:
    """The numbers of all orders in the files that Ingest takes."""
    digest = ingest(model(of), lake.tables, lake.ports)["dataset"]
    manifest = json.loads(lake.store.get(f"datasets/{digest}/manifest.json"))
    lines = [line for file in manifest["files"] for line in gzip.decompress(lake.store.get(file["key"])).splitlines()]
    return [json.loads(line)["order_id"] for line in lines]


def test_the_first_load_takes_all_and_says_how_far_it_came(lake: Lake) -> None:
    answer = load(lake, InMemoryConnector(source(), [row(1), row(2, 3)]))
    assert (answer["rows"], answer["from"], answer["to"]) == (2, None, "2020-05-01T00:03:00.000000+00:00")
    newest = newest_load(source(), lake.store)
    assert newest is not None
    assert (newest.number, newest.rows, newest.key) == (1, 2, answer["files"][0])
    body = lake.store.get(newest.key)
    assert newest.sha256.startswith(newest.key.rpartition("-")[2].partition(".")[0])
    assert json.loads(gzip.decompress(body).splitlines()[0]) == {
        "order_id": 1, "at": "2020-05-01T00:00:00+00:00", "amount": "9.50", "late": 1,
    }  # fmt: skip


def test_loading_again_without_new_rows_changes_nothing(lake: Lake) -> None:
    connector = InMemoryConnector(source(), [row(1), row(2, 3)])
    load(lake, connector)
    before = ingest(model(source()), lake.tables, lake.ports)
    objects = dict(lake.store.objects)
    assert load(lake, connector)["rows"] == 0
    assert lake.store.objects == objects
    assert ingest(model(source()), lake.tables, lake.ports) == before


def test_new_rows_are_another_load_that_begins_where_the_last_ended(lake: Lake) -> None:
    connector = InMemoryConnector(source(), [row(1), row(2, 3)])
    load(lake, connector)
    connector.table.append(row(3, 4))
    answer = load(lake, connector)
    assert (answer["rows"], answer["from"]) == (1, "2020-05-01T00:03:00.000000+00:00")
    assert landed(lake, source()) == [1, 2, 3]


def test_rows_that_share_the_last_watermark_are_neither_lost_nor_taken_twice(lake: Lake) -> None:
    connector = InMemoryConnector(source(), [row(1), row(2, 3), row(3, 3)])
    load(lake, connector)
    connector.table += [row(4, 3), row(3, 3), row(5, 4)]  # an equal copy of a row is a row
    load(lake, connector)
    assert sorted(landed(lake, source())) == [1, 2, 3, 3, 4, 5]
    load(lake, connector)
    assert len(landed(lake, source())) == 6


def test_rows_younger_than_the_lag_wait_for_the_next_load(lake: Lake) -> None:
    patient = source(origin(lag=timedelta(hours=1)))
    young = (NOW - START).total_seconds() / 60 - 30
    connector = InMemoryConnector(patient, [row(1), row(2, young)])
    assert load(lake, connector)["rows"] == 1
    lake.clock.time += timedelta(hours=1)
    connector.table.append(row(3, young - 10))  # committed late, with an earlier time
    load(lake, connector)
    assert sorted(landed(lake, patient)) == [1, 2, 3]


def test_a_large_load_is_committed_in_portions(lake: Lake) -> None:
    small = source(origin(rows_per_load=2))
    answer = load(lake, InMemoryConnector(small, [row(number, number // 3) for number in range(7)]))
    assert (answer["rows"], len(answer["files"])) == (7, 4)
    assert landed(lake, small) == list(range(7))


def test_a_lost_connection_loses_and_repeats_nothing(lake: Lake) -> None:
    small = source(origin(rows_per_load=2))
    lost = DependencyUnavailable("the database was lost")
    connector = InMemoryConnector(small, [row(number, number // 3) for number in range(7)], fail_after=5, failure=lost)
    with pytest.raises(DependencyUnavailable):
        load(lake, connector)
    assert landed(lake, small) == [0, 1, 2, 3]
    connector.fail_after = None
    load(lake, connector)
    assert landed(lake, small) == list(range(7))


class DiesBeforeTheManifest(InMemoryObjectStore):
    def create(self, key: str, body: bytes, content_type: str = "") -> bool:
        raise DependencyUnavailable("the function was killed")


def test_a_run_that_dies_before_the_manifest_has_loaded_nothing(lake: Lake) -> None:
    connector = InMemoryConnector(source(), [row(1)])
    dying = Lake(store=DiesBeforeTheManifest(lake.store.objects))
    with pytest.raises(DependencyUnavailable):
        load(dying, connector)
    (orphan,) = lake.store.objects
    with pytest.raises(NoDataFound):
        ingest(model(source()), lake.tables, lake.ports)
    assert load(lake, connector)["files"] == [orphan]  # the same load lands under the same key
    assert landed(lake, source()) == [1]


def test_what_a_dead_run_left_behind_is_not_taken_beside_a_later_load(lake: Lake) -> None:
    connector = InMemoryConnector(source(), [row(1)])
    with pytest.raises(DependencyUnavailable):
        load(Lake(store=DiesBeforeTheManifest(lake.store.objects)), connector)
    connector.table.append(row(2))
    load(lake, connector)
    assert len(lake.store.list(PREFIX)) == 3
    assert landed(lake, source()) == [1, 2]


class BeatenToIt(InMemoryObjectStore):
    def create(self, key: str, body: bytes, content_type: str = "") -> bool:
        self.objects[key] = body
        return super().create(key, body, content_type)


def test_of_two_that_load_at_once_one_is_sent_back(lake: Lake) -> None:
    with pytest.raises(ConcurrentUpdate, match="load 1 of source 'orders'"):
        load(Lake(store=BeatenToIt()), InMemoryConnector(source(), [row(1)]))


def test_without_a_watermark_a_load_is_a_snapshot_of_the_whole(lake: Lake) -> None:
    whole = source(origin(watermark=None))
    connector = InMemoryConnector(whole, [row(1), row(2)])
    load(lake, connector)
    assert load(lake, connector)["rows"] == 0
    connector.table[:] = [row(2), row(3)]
    load(lake, connector)
    assert landed(lake, whole) == [2, 3]
    connector.table.clear()
    with pytest.raises(NoDataFound, match="gave no rows"):
        load(lake, connector)


def test_rows_in_any_order_are_committed_at_the_end_only(lake: Lake) -> None:
    connector = InMemoryConnector(source(), [row(2, 9), row(1, 1)], ordered=False, fail_after=1)
    with pytest.raises(ConnectionError):
        load(lake, connector)
    assert lake.store.objects == {}
    connector.fail_after = None
    assert load(lake, connector)["to"] == "2020-05-01T00:09:00.000000+00:00"


@pytest.mark.parametrize("value", ["yesterday", None, 1.5])
def test_a_watermark_that_does_not_order_is_named(lake: Lake, value: Any) -> None:
    class Raw(InMemoryConnector):
        def rows(self, wanted: Any) -> Any:
            return iter(self.table)

    with pytest.raises(UnreadableData, match="the watermark at holds"):
        load(lake, Raw(source(), [{**row(1), "at": value}]))


def test_too_many_rows_with_one_watermark_are_named(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("roost.domain.loads.MOST_TIES", 2)
    with pytest.raises(InvalidDefinition, match="choose a finer column"):
        load(lake, InMemoryConnector(source(), [row(1), row(2), row(3)]))


@settings(max_examples=60, deadline=None)
@given(
    arrivals=st.lists(st.lists(st.integers(0, 3), max_size=6), min_size=1, max_size=5),
    portion=st.integers(1, 4),
    deaths=st.lists(st.one_of(st.none(), st.integers(0, 6)), min_size=5, max_size=5),
)
def test_every_row_lands_once_in_any_history(arrivals: list[list[int]], portion: int, deaths: list[int | None]) -> None:
    """Rows arrive with watermarks at or after the last one's, loads die anywhere; at the end each row is there once."""
    lake, reading, minute, number = Lake(), source(origin(rows_per_load=portion)), 0, 0
    connector = InMemoryConnector(reading)
    for steps, death in zip(arrivals, deaths, strict=False):
        for step in steps:
            minute, number = minute + step, number + 1
            connector.table.append(row(number, minute))
        connector.fail_after = death
        with contextlib.suppress(ConnectionError):
            load(lake, connector)
    connector.fail_after = None
    load(lake, connector)
    if connector.table:
        assert sorted(landed(lake, reading)) == list(range(1, number + 1))


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"format": "csv"}, "declare format='json'"),
        ({"origin": origin(watermark="amount")}, "must have type timestamp or integer"),
        ({"origin": origin(watermark="late")}, "not be nullable"),
        ({"origin": origin(watermark="nothing")}, "has no column 'nothing'"),
    ],
)
def test_an_origin_that_does_not_fit_its_source_is_refused(changes: dict[str, Any], told: str) -> None:
    with pytest.raises(ValueError, match=told):
        source(**{"where": changes.pop("origin", None), **changes})


def test_a_data_set_is_named_by_its_rows_and_not_by_where_they_came_from(lake: Lake) -> None:
    load(lake, InMemoryConnector(source(), [row(1)]))
    moved = source(origin(table="other_orders"))
    assert len({ingest(model(of), lake.tables, lake.ports)["dataset"] for of in (source(), moved)}) == 1


def test_times_are_told_in_utc(lake: Lake) -> None:
    offset = datetime.fromisoformat("2020-05-01T02:00:00+02:00")
    load(lake, InMemoryConnector(source(), [{**row(1), "at": offset}, {**row(2), "at": START.replace(tzinfo=None)}]))
    newest = newest_load(source(), lake.store)
    assert newest is not None
    assert newest.until == "2020-05-01T00:00:00.000000+00:00"
    assert sum(newest.ties.values()) == 2
