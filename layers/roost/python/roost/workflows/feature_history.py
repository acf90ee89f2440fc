"""Features of one entity as they were known at a time, from the offline store."""

import json
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from roost.domain.entity_events import MICROS
from roost.errors import NoDataFound
from roost.object_keys import MANIFEST, VALID_ROWS, VALIDATION_REPORT, dataset_key
from roost.ports import ObjectStore, TableEngine
from roost.spec import ColumnType, FeatureView, Source
from roost.spec.layouts import layout_of
from roost.workflows.event_history import local_event_files

DATASETS = "datasets/"


def features_as_known(
    view: FeatureView, key: str, at: datetime, tables: TableEngine, lake: ObjectStore
) -> dict[str, float | None]:
    """The features of an entity at a time (timezone aware), as known then: newest data set and stream log together.

    Raises:
        NoDataFound: nothing of the view's source was ever validated or streamed.
        ValueError: the key is no integer where the view's key is one.
    """
    keys = key_column(view, key)
    with offline_tables(view.source, lake) as paths:
        asked = np.array([round(at.timestamp() * MICROS)])
        found = tables.features_at(paths, view.source, layout_of(view), keys, asked)
    return {name: None if np.isnan(column[0]) else float(column[0]) for name, column in found.items()}


def key_column(view: FeatureView, key: str) -> npt.NDArray[Any]:
    """A key as the view's source types it, shape (1,).

    Raises:
        ValueError: it is no integer of 64 bits where the view's key is one.
    """
    if view.source.column(view.entity.key).type is not ColumnType.INTEGER:
        return np.array([key], dtype=object)
    try:
        return np.array([int(key)], dtype=np.int64)
    except (ValueError, OverflowError):
        raise ValueError(f"key is {key!r}; {view.entity.key} of view {view.name} is an integer of 64 bits") from None


@contextmanager
def offline_tables(source: Source, lake: ObjectStore, back: int = 0) -> Iterator[list[Path]]:
    """All that the offline store holds of a source, as local Parquet files: a data set and the stream's log.

    ``back`` says how many data sets before the newest; where there are fewer, the log alone is given.

    Raises:
        NoDataFound: that is nothing.
    """
    keys = [dataset_key(digest, VALID_ROWS) for digest in datasets_of(source, lake)[back : back + 1]]
    with _local(lake, keys) as rows, stream_logs(source, lake) as logs:
        if not rows and not logs:
            raise NoDataFound(f"the offline store holds nothing of source {source.name!r}; land data and train first")
        yield [*rows, *logs]


@contextmanager
def stream_logs(source: Source, lake: ObjectStore) -> Iterator[list[Path]]:
    """What has arrived on a source's stream, as local Parquet files."""
    with tempfile.TemporaryDirectory(prefix="arrived-") as folder:
        yield local_event_files(source.name, lake, Path(folder)) if source.streamed else []


@contextmanager
def _local(lake: ObjectStore, keys: Sequence[str]) -> Iterator[list[Path]]:
    with tempfile.TemporaryDirectory(prefix="offline-") as folder:
        paths = [Path(folder) / f"{place}.parquet" for place in range(len(keys))]
        for path, key in zip(paths, keys, strict=True):
            lake.download(key, path)
        yield paths


def datasets_of(source: Source, lake: ObjectStore) -> list[str]:
    """Digests of a source's data sets that passed validation, the one that was validated last first."""
    found: list[tuple[str, str]] = []
    for stored in lake.list(DATASETS):
        digest, _, name = stored.key.removeprefix(DATASETS).partition("/")
        if name == VALIDATION_REPORT:
            report = json.loads(lake.get(stored.key))
            manifest = json.loads(lake.get(dataset_key(digest, MANIFEST)))
            if manifest["source"]["name"] == source.name and not report["stopped"]:
                found.append((report["validated_at"], digest))
    return [digest for _, digest in sorted(found, reverse=True)]
