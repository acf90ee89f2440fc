"""CompactEvents: the many small files of a stream's log into few, beside readers and the stream itself.

Each portion is stored as a table, then committed by its record, and only then are the files that it covers tagged for
the bucket's lifecycle. A run that dies anywhere leaves what a reader takes complete, and the next run goes on with it.
"""

import tempfile
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from roost.domain.compaction import Compacted, Portion, due
from roost.object_keys import COMPACTED_TAG
from roost.ports import LocalCopy, ObjectStore, PipelinePorts, StoredObject, TableEngine
from roost.spec import Source
from roost.workflows.event_history import AT_ONCE, download_all, look


def compact_events(source: Source, tables: TableEngine, ports: PipelinePorts) -> dict[str, Any]:
    """Compact what is due of a source's log; answers how much that was, and how many files wait for a later run.

    Raises:
        UnreadableData: a file of the log is no Parquet file.
    """
    found, now = look(source.name, ports.lake), ports.clock.now()
    log = {stored.key: stored for stored in found.log}
    portions = due(source.name, {stored.key: stored.size for stored in found.uncovered}, now)
    made = [_compacted(portion, log, source, tables, ports.lake) for portion in portions]
    overdue = [record for record in found.records if record.overdue(now)]
    retired = sum(_retired(record, log, now, ports.lake) for record in [*overdue, *made])
    done = _summary(made)
    waiting = len(found.uncovered) - done["files_read"]
    return {"source": source.name, **done, "files_retired": retired, "files_waiting": waiting}


def _summary(made: Sequence[Compacted]) -> dict[str, int]:
    return {
        "days": len({record.portion.day for record in made}),
        "files_read": sum(len(record.portion.covers) for record in made),
        "files_written": len(made),
        "rows": sum(record.kept for record in made),
        "duplicates": sum(record.read - record.kept for record in made),
    }


def _compacted(
    portion: Portion, log: Mapping[str, StoredObject], source: Source, tables: TableEngine, lake: ObjectStore
) -> Compacted:
    with tempfile.TemporaryDirectory(prefix="compacted-") as folder:
        paths = download_all(lake, [log[key] for key in portion.covers], Path(folder))
        target = Path(folder) / "compacted.parquet"
        rows = tables.compact(list(map(LocalCopy, portion.covers, paths)), source, target)
        lake.upload(target, portion.table)
    record = Compacted(portion, rows.read, rows.kept)
    _store(record, lake)
    return record


def _retired(record: Compacted, log: Mapping[str, StoredObject], now: datetime, lake: ObjectStore) -> int:
    """Tag the files that a record covers and that are still there; returns how many."""
    there = [key for key in record.portion.covers if key in log]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(partial(_tag, lake), there))
    if there or not record.retired:
        _store(record.retire(now), lake)
    return len(there)


def _tag(lake: ObjectStore, key: str) -> None:
    with suppress(KeyError):  # another run tagged it, and it is gone
        lake.tag(key, COMPACTED_TAG)


def _store(record: Compacted, lake: ObjectStore) -> None:
    lake.put(record.portion.record, record.to_json(), "application/json")
