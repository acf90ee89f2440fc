"""What has arrived on a source's stream: compacted files, and the files of the log that none of them covers.

The log is listed before the history. What is no longer in the log was tagged before it went, and its record stored
before that, so the later listing has it; what is in the log and in the history is taken from the history. A file that
goes between the listing and its reading is found in the history at the next look.
"""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from roost.domain.compaction import Compacted, is_record, table_of
from roost.errors import ConcurrentUpdate, NoDataFound
from roost.object_keys import event_day, event_history_prefix, event_log_prefix
from roost.ports import ObjectStore, StoredObject
from roost.workflows.landed_files import is_data, still_there

AT_ONCE = 8  # requests; the SDK keeps ten connections
SMALL = 1024 * 1024  # bytes; what is larger comes in parts, after a request for its size
LOOKS = 3


@dataclass(frozen=True)
class EventHistory:
    """One look at it; ``records`` are those of days that still have files in the log."""

    compacted: tuple[StoredObject, ...]
    log: tuple[StoredObject, ...]
    records: tuple[Compacted, ...]

    @property
    def uncovered(self) -> tuple[StoredObject, ...]:
        """Files of the log that no record names."""
        covered = {key for record in self.records for key in record.portion.covers}
        return tuple(stored for stored in self.log if stored.key not in covered)


def look(source: str, lake: ObjectStore) -> EventHistory:
    """List a source's log, and then its history. Raises ``NoDataFound`` if a compacted file was removed."""
    log = tuple(stored for stored in lake.list(event_log_prefix(source)) if is_data(stored.key))
    days = {event_day(stored.key) for stored in log}
    history = {stored.key: stored for stored in lake.list(event_history_prefix(source))}
    committed = [key for key in history if is_record(key)]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        bodies = list(pool.map(lake.get, [key for key in committed if event_day(key) in days]))
    tables = tuple(_table(history, key) for key in committed)
    return EventHistory(tables, log, tuple(map(Compacted.from_json, bodies)))


def _table(history: Mapping[str, StoredObject], record: str) -> StoredObject:
    table = table_of(record)
    if table not in history:
        raise NoDataFound(f"{table} is gone, though {record} says that it holds events; restore its last version")
    return history[table]


def event_files(source: str, lake: ObjectStore) -> list[StoredObject]:
    """The Parquet files that together hold every row that has arrived; a row may be in several."""
    found = look(source, lake)
    return [*found.compacted, *found.uncovered]


def local_event_files(source: str, lake: ObjectStore, folder: Path) -> list[Path]:
    """The same as local files.

    Raises:
        ConcurrentUpdate: files went while they were read, each of several times.
    """
    for _ in range(LOOKS - 1):
        with suppress(ConcurrentUpdate):
            return download_all(lake, event_files(source, lake), folder)
    return download_all(lake, event_files(source, lake), folder)


def download_all(lake: ObjectStore, files: Sequence[StoredObject], folder: Path) -> list[Path]:
    """Objects as local files, several at once. Raises ``ConcurrentUpdate`` if one is gone."""
    paths = [folder / f"{place:07}.parquet" for place in range(len(files))]

    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(partial(_download, lake), files, paths))
    return paths


def _download(lake: ObjectStore, stored: StoredObject, path: Path) -> None:
    with still_there(stored.key):
        if stored.size > SMALL:
            lake.download(stored.key, path)
        else:
            path.write_bytes(lake.get(stored.key))
