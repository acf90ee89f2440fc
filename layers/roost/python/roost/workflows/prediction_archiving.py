"""ArchivePredictions: hours of the prediction log as Parquet, for whoever asks many of them by SQL.

An hour is written when it is over, and again if more of it came later; what is written follows from the log alone.
"""

import hashlib
import itertools
import json
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from roost.object_keys import archived_key, predictions_prefix
from roost.ports import Clock, ObjectStore, PredictionLog, TableEngine

HOUR = timedelta(hours=1)
LOOK_BACK = timedelta(days=1)  # in which lines of an hour may come late
ROWS = 100_000  # in a file: some 400 MB of records while it is made
TEXTS = ("prediction_id", "function_version", "decision")
NUMBERS = ("score", "rank")
MADE_FROM = "made_from.json"

Record = Mapping[str, Any]


@dataclass(frozen=True)
class PredictionArchive:
    """Archives one model's log; ``rows`` is how many a file holds at most."""

    model: str
    log: PredictionLog
    lake: ObjectStore
    tables: TableEngine
    clock: Clock
    rows: int = ROWS

    def run(self, since: datetime | None = None) -> dict[str, int]:
        """Archive the hours from ``since`` (a day ago if None) that are over and not archived as they are.

        Returns:
            How many hours were written, and how many predictions are in them.
        """
        end = self.clock.now().replace(minute=0, second=0, microsecond=0)
        hour = (since or end - LOOK_BACK).replace(minute=0, second=0, microsecond=0)
        written = []
        while hour < end:
            written.append(self._hour(hour))
            hour += HOUR
        return {"hours": sum(map(bool, written)), "predictions": sum(written)}

    def _hour(self, hour: datetime) -> int:
        name = f"{hour:%Y-%m-%dT%H}"
        objects = [stored.key for stored in self.lake.list(f"{predictions_prefix(self.model)}hour={name}/")]
        made_from = json.dumps({"objects": len(objects), "sha256": _digest(objects)}).encode()
        told = archived_key(self.model, name, MADE_FROM)
        if not objects or (self.lake.exists(told) and self.lake.get(told) == made_from):
            return 0
        count, records = 0, self.log.records(hour, hour + HOUR)
        for part in itertools.count():
            chosen = list(itertools.islice(records, self.rows))
            if not chosen:
                break
            self._write(archived_key(self.model, name, f"part-{part:04d}.parquet"), chosen)
            count += len(chosen)
        self.lake.put(told, made_from, "application/json")
        return count

    def _write(self, key: str, records: Sequence[Record]) -> None:
        with tempfile.TemporaryDirectory(prefix="archived-") as folder:
            path = Path(folder) / "part.parquet"
            self.tables.write_table(columns_of(records), path)
            self.lake.upload(path, key)


def columns_of(records: Sequence[Record]) -> dict[str, Any]:
    """Records as columns: the usual fields, each input as ``inputs__<name>``, and ``record``, the whole as JSON."""
    inputs = [record["inputs"] for record in records]
    times = [np.datetime64(record["time"].removesuffix("Z"), "us") for record in records]
    return {
        "time": np.array(times, dtype="datetime64[us]"),
        "model_version": np.array(_cells(records, "model_version"), dtype=np.int64),
        **{name: np.array(_cells(records, name), dtype=object) for name in TEXTS},
        **{name: np.array(_cells(records, name), dtype=np.float64) for name in NUMBERS},
        **{
            f"inputs__{name}": np.array(_cells(inputs, name), dtype=np.float64) for name in sorted(set().union(*inputs))
        },
        "record": np.array([json.dumps(record, sort_keys=True) for record in records], dtype=object),
    }


def _cells(records: Sequence[Record], name: str) -> list[Any]:
    """What records have under a name; None, which becomes NaN among numbers, where they have nothing."""
    return [record.get(name) for record in records]


def _digest(keys: Sequence[str]) -> str:
    return hashlib.sha256("\n".join(keys).encode()).hexdigest()
