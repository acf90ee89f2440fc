"""ArchivePredictions: what the log holds of an hour, as Parquet, once."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from roost.adapters.duckdb_tables import DuckDBTables
from roost.adapters.in_memory import FixedClock
from roost.workflows.prediction_archiving import PredictionArchive
from tests.unit.monitoring.served import HOUR, MODEL, START, Watch, batch, message

FROM = datetime.fromtimestamp(START / 1000, UTC)


@pytest.fixture
def watch() -> Watch:
    made = Watch()
    made.observer.take(batch(*(message(n, START + n * 600_000, float(n)) for n in range(15))))
    return made


def archive(watch: Watch, hours: float, rows: int = 100) -> PredictionArchive:
    clock = FixedClock(FROM + timedelta(hours=hours))
    return PredictionArchive(MODEL, watch.log, watch.lake, DuckDBTables(), clock, rows)


def archived(watch: Watch, folder: Path, query: str) -> list[Any]:
    for key, body in watch.lake.objects.items():
        if key.startswith("predictions_parquet/") and key.endswith(".parquet"):
            path = folder / key
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(body)
    table = f"read_parquet('{folder}/**/*.parquet', hive_partitioning = true)"
    return duckdb.sql(query.format(table=table)).fetchall()


def test_hours_that_are_over_are_written_with_every_field(watch: Watch, tmp_path: Path) -> None:
    assert archive(watch, 2.5).run() == {"hours": 2, "predictions": 12}
    found = archived(
        watch, tmp_path, "SELECT hour, count(*), max(inputs__amount), min(score) FROM {table} GROUP BY ALL"
    )
    assert sorted(found) == [("2026-01-01T00", 6, 5.0, 0.25), ("2026-01-01T01", 6, 11.0, 0.25)]
    whole = archived(watch, tmp_path, "SELECT record->>'$.request.plan', time FROM {table} ORDER BY time")
    assert whole[0] == ("no", datetime(2026, 1, 1, 0, 0, 0, 2000))


def test_an_hour_is_written_again_only_when_more_of_it_came(watch: Watch, tmp_path: Path) -> None:
    archive(watch, 2.5).run()
    assert archive(watch, 2.6).run() == {"hours": 0, "predictions": 0}
    watch.observer.take(batch(message(99, START + 1000)))
    assert archive(watch, 2.7).run() == {"hours": 1, "predictions": 7}
    assert archived(watch, tmp_path, "SELECT count(DISTINCT prediction_id), count(*) FROM {table}") == [(13, 13)]


def test_a_large_hour_is_cut_into_files(watch: Watch, tmp_path: Path) -> None:
    assert archive(watch, 1.5, rows=4).run()["predictions"] == 6
    names = [key.rpartition("/")[2] for key in watch.lake.objects if key.startswith("predictions_parquet/")]
    assert sorted(names) == ["made_from.json", "part-0000.parquet", "part-0001.parquet"]
    assert archived(watch, tmp_path, "SELECT count(*) FROM {table}") == [(6,)]


def test_older_hours_are_written_when_asked_for(watch: Watch) -> None:
    late = archive(watch, 100)
    assert late.run() == {"hours": 0, "predictions": 0}
    assert late.run(FROM)["predictions"] == 15


def test_a_prediction_on_the_edge_of_an_hour_is_in_one(tmp_path: Path) -> None:
    watch = Watch()
    watch.observer.take(batch(message(1, START + HOUR - 1), message(2, START + HOUR)))  # logged two milliseconds later
    archive(watch, 3).run()
    found = archived(watch, tmp_path, "SELECT hour, count(*) FROM {table} GROUP BY ALL")
    assert sorted(found) == [("2026-01-01T00", 1), ("2026-01-01T01", 1)]


def test_a_model_without_predictions_leaves_nothing() -> None:
    watch = Watch()
    assert archive(watch, 5).run() == {"hours": 0, "predictions": 0}
    assert watch.lake.objects == {}
