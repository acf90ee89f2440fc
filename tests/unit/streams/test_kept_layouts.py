"""A view's layout has changed: what still serves goes on being fed until nothing may ask for it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from roost.adapters.in_memory import FixedClock
from roost.domain.package import canonical_bytes, digest_of
from roost.domain.registry import Actor, Release, Version, registration, status_move
from roost.domain.release_moves import release_completion, release_start
from roost.domain.view_layout import ViewLayout
from roost.names import ReleaseStatus, Status
from roost.object_keys import PACKAGE_MANIFEST, VALID_ROWS, dataset_key, package_key
from roost.ports import PipelinePorts
from roost.spec.layouts import layout_of
from roost.workflows.backfill import backfill_features
from roost.workflows.kept_layouts import KeptLayouts, Released, kept
from roost.workflows.materialization import materialize_features
from tests.unit.streams.test_backfill import SPEND, consumer, ports, project
from tests.unit.streams.test_stream_consumer import PAYMENTS, TABLES, Bench, T, record

OLD = layout_of(SPEND.model_copy(update={"windows": (timedelta(hours=2), timedelta(days=3))}))
NEW = layout_of(SPEND)
MODEL = project().name
ME = Actor("tester", datetime(2026, 1, 1, tzinfo=UTC))


def register(found: PipelinePorts, number: int, *layouts: ViewLayout, source: str = PAYMENTS.name) -> None:
    manifest = {
        "views": [layout.to_manifest() for layout in layouts],
        "view_sources": {layout.name: source for layout in layouts},
        "number": number,
    }
    digest = digest_of(manifest)
    found.packages.put(package_key(digest, PACKAGE_MANIFEST), canonical_bytes(manifest))
    draft = Version(MODEL, 0, Status.CANDIDATE, digest, ME.at.isoformat(), f"run-{number}", {}, {})
    found.registry.commit(registration(found.registry.head(MODEL), draft, ME))
    version = found.registry.version(MODEL, number)
    found.registry.commit(status_move(found.registry.head(MODEL), version, Status.APPROVED, ME, "good"))


def begin(found: PipelinePorts, number: int) -> Release:
    release = Release(MODEL, f"r{number}", number, ReleaseStatus.RUNNING, "canary", (5,), ME.at.isoformat(), "me")
    version = found.registry.version(MODEL, number)
    found.registry.commit(release_start(found.registry.head(MODEL), version, release, ME))
    return release


def finish(found: PipelinePorts, release: Release) -> None:
    head = found.registry.head(MODEL)
    replaced = found.registry.version(MODEL, head.champion) if head.champion else None
    version = found.registry.version(MODEL, release.version)
    found.registry.commit(release_completion(head, release, version, replaced, ME))


@pytest.fixture
def bench() -> Bench:
    return Bench()


@pytest.fixture
def found(bench: Bench) -> PipelinePorts:
    built = ports(bench)
    register(built, 1, OLD)
    return built


def layouts(found: PipelinePorts) -> tuple[ViewLayout, ...]:
    return kept(PAYMENTS, [SPEND], Released(found.registry, found.packages).layouts([MODEL]))


def test_what_is_only_registered_is_not_fed(found: PipelinePorts) -> None:
    assert layouts(found) == (NEW,)


def test_a_canary_is_fed_and_the_champion_and_its_predecessor(found: PipelinePorts) -> None:
    release = begin(found, 1)
    assert layouts(found) == (NEW, OLD)
    finish(found, release)
    assert layouts(found) == (NEW, OLD)
    for number in (2, 3):
        register(found, number, NEW)
        finish(found, begin(found, number))
        assert layouts(found) == ((NEW, OLD) if number == 2 else (NEW,))


def test_a_layout_that_its_source_cannot_feed_is_left_out(found: PipelinePorts) -> None:
    gone = replace(OLD, columns=(replace(OLD.columns[0], name="gone"),))
    register(found, 2, gone)
    finish(found, begin(found, 2))
    register(found, 3, OLD, source="another")
    finish(found, begin(found, 3))
    assert layouts(found) == (NEW,)


def test_a_package_that_is_damaged_stops_nothing(found: PipelinePorts) -> None:
    begin(found, 1)
    digest = found.registry.version(MODEL, 1).package
    found.packages.put(package_key(digest, PACKAGE_MANIFEST), b"{}")
    assert layouts(found) == (NEW,)


def test_a_stream_feeds_the_release_that_still_serves(bench: Bench, found: PipelinePorts) -> None:
    finish(found, begin(found, 1))
    replace(consumer(bench), layouts=layouts(found)).consume([record(1)])
    assert {name for name, entity in bench.online.items if entity == "a"} == {OLD.online_name, NEW.online_name}


def test_a_backfill_rebuilds_what_the_release_reads(bench: Bench, found: PipelinePorts) -> None:
    finish(found, begin(found, 1))
    consumer(bench).consume([record(1), record(2, T + 5)])
    assert backfill_features(project(), TABLES, found)["views"] == {"spend": 0, OLD.online_name: 1}


def test_a_training_run_materialises_what_the_release_reads(bench: Bench, found: PipelinePorts) -> None:
    finish(found, begin(found, 1))
    consumer(bench).consume([record(1)])
    log = next(stored.key for stored in bench.lake.list("events/"))
    bench.lake.put(dataset_key("d1", VALID_ROWS), bench.lake.get(log))
    written = materialize_features(project(), {PAYMENTS.name: "d1"}, TABLES, found)["views"]
    assert written == {"spend": 0, OLD.online_name: 1}


def test_a_consumer_looks_once_a_minute() -> None:
    looks: list[Any] = []
    clock = FixedClock(datetime(2026, 1, 1, tzinfo=UTC))

    def look() -> tuple[ViewLayout, ...]:
        looks.append(clock.now())
        return (NEW,)

    found = KeptLayouts(look, clock)
    for seconds in (0, 30, 59, 60, 61, 121):
        clock.time = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
        assert found.now() == (NEW,)
    assert [at.minute * 60 + at.second for at in looks] == [0, 60, 121]
