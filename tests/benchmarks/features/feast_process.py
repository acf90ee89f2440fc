"""Feast's side, in an environment of its own. Argument: the folder with labels and views."""

import statistics
import sys
import tempfile
import time
import warnings
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pandas as pd
from answering import answer_all
from feast import Entity, FeatureStore, FeatureView, Field, FileSource, RepoConfig, ValueType
from feast.types import Float64
from feast_at_once import replace_http

FOLDER = Path(sys.argv[1])
COLUMNS, ONLINE_COLUMNS, VIEWS, CALLS = 5, 10, 3, 300
NOW = datetime.now(UTC)
warnings.simplefilter("ignore")


def made(columns: int, offline: str, online: str) -> FeatureStore:
    """A store with three views."""
    place = Path(tempfile.mkdtemp(dir=FOLDER))
    config = {
        "sqlite": {"type": "sqlite", "path": str(place / "online.db")},
        "at_once": {"type": "feast_at_once.AtOnceOnlineStore"},
        "dynamodb": {"type": "dynamodb", "region": "us-east-1"},
    }
    store = FeatureStore(
        config=RepoConfig(
            project="bench",
            provider="local",
            registry=str(place / "registry.db"),
            offline_store={"type": offline},
            online_store=config[online],
            entity_key_serialization_version=3,
        )
    )
    thing = Entity(name="thing", join_keys=["key"], value_type=ValueType.INT64)
    views = [
        FeatureView(
            name=f"view{number}",
            entities=[thing],
            ttl=timedelta(days=90),
            schema=[Field(name=f"x{place}", dtype=Float64) for place in range(columns)],
            source=FileSource(path=str(FOLDER / f"view{number}.parquet"), timestamp_field="time"),
        )
        for number in range(VIEWS)
    ]
    store.apply([thing, *views])
    return store


def names(columns: int) -> list[str]:
    return [f"view{number}:x{place}" for number in range(VIEWS) for place in range(columns)]


def historical(offline: str, rows: str) -> int:
    """A training set for so many labels, spread over all; returns how many came back."""
    labels = pd.read_parquet(FOLDER / "labels.parquet").rename(columns={"time": "event_timestamp"})
    labels = labels.iloc[:: len(labels) // int(rows)]
    job = made(COLUMNS, offline, "sqlite").get_historical_features(labels, names(COLUMNS), full_feature_names=True)
    return len(job.to_df())


def online(kind: str) -> float:
    """Median milliseconds of reading three views of ten features of one entity."""
    store = made(ONLINE_COLUMNS, "dask", kind)
    if kind != "at_once":
        row = {"key": [4711], "time": [NOW], **{f"x{place}": [50.0 + place] for place in range(ONLINE_COLUMNS)}}
        for number in range(VIEWS):
            store.write_to_online_store(f"view{number}", pd.DataFrame(row))
    wanted, taken = names(ONLINE_COLUMNS), []
    found = store.get_online_features(wanted, [{"key": 4711}], full_feature_names=True).to_dict()
    assert len(found) == 1 + len(wanted), found
    assert [None] not in found.values(), found
    for _ in range(CALLS):
        started = time.perf_counter()
        store.get_online_features(wanted, [{"key": 4711}], full_feature_names=True).to_dict()
        taken.append(time.perf_counter() - started)
    return statistics.median(taken) * 1000


if __name__ == "__main__":
    replace_http()
    answer_all({"historical": historical, "online": online})
