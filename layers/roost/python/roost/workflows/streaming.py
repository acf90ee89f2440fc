"""ConsumeStream: records of a stream into the offline log first, and then into the online store."""

import json
import tempfile
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from roost.domain.arrivals import Arrival, Feed, Rejected, StreamRecord, arrival, event_of
from roost.domain.entity_events import MICROS, Event
from roost.domain.view_layout import ViewLayout
from roost.errors import InvalidField, MalformedRequest, RequestError
from roost.object_keys import event_log_key
from roost.ports import ObjectStore, OnlineStore, TableEngine
from roost.workflows.accounts import apply
from roost.workflows.freshness import mark
from roost.workflows.landed_files import sha256_of

DIGITS = 16

Taken = tuple[Arrival, tuple[Event, ...]]  # a row, and the event that each view makes of it


@dataclass(frozen=True)
class Consumed:
    """What became of a batch: rows taken, online items written, records rejected."""

    rows: int
    written: int
    rejected: tuple[Rejected, ...]


@dataclass(frozen=True)
class StreamConsumer:
    """Consumes one source's stream for the views that are computed from it.

    ``most`` is how many events a main item holds, None for the usual bound.
    """

    feed: Feed
    layouts: tuple[ViewLayout, ...]
    lake: ObjectStore
    online: OnlineStore
    tables: TableEngine
    most: int | None = None

    def consume(self, records: Sequence[StreamRecord]) -> Consumed:
        """Take a batch of records in the stream's order. Doing it again changes nothing.

        The log comes first: a batch that fails half-way is delivered again, and the log must hold all that the online
        store ever held.
        """
        taken: list[Taken] = []
        rejected: list[Rejected] = []
        for record in records:
            try:
                taken.append(self._taken(record))
            except RequestError as error:
                rejected.append(Rejected(record, error.detail, error.field))
        if taken:
            self._log([found for found, _ in taken], records)
        as_of = max((record.arrived for record in records), default=0) // MICROS
        written = sum(
            apply(self.online, layout, _by_entity(layout, place, taken), as_of, self.most)
            for place, layout in enumerate(self.layouts)
        )
        mark(self.online, dict.fromkeys(self.layouts, as_of))
        return Consumed(len(taken), written, tuple(rejected))

    def _taken(self, record: StreamRecord) -> Taken:
        try:
            document = json.loads(record.body)
        except (ValueError, RecursionError) as error:
            raise MalformedRequest(f"the record is not valid JSON: {error}") from None
        if not isinstance(document, dict):
            raise InvalidField("the record must be a JSON object")
        found = arrival(self.feed, record, document)
        return found, tuple(event_of(layout, found) for layout in self.layouts)

    def _log(self, arrivals: Sequence[Arrival], records: Sequence[StreamRecord]) -> None:
        """Under a name of its own: what is there once never changes, so that it may be compacted at any time."""
        day = datetime.fromtimestamp(records[0].arrived / MICROS, UTC).date().isoformat()
        with tempfile.TemporaryDirectory(prefix="arrived-") as folder:
            path = Path(folder) / "arrived.parquet"
            self.tables.write_table(_table(self.feed, arrivals), path)
            batch = f"{records[0].place}-{sha256_of(path)[:DIGITS]}"
            self.lake.upload(path, event_log_key(self.feed.source, day, batch))


def _by_entity(layout: ViewLayout, place: int, taken: Sequence[Taken]) -> dict[str, list[Event]]:
    events: dict[str, list[Event]] = defaultdict(list)
    for found, made in taken:
        if found.row[layout.key] is not None:
            events[str(found.row[layout.key])].append(made[place])
    return events


def _table(feed: Feed, arrivals: Sequence[Arrival]) -> dict[str, Any]:
    return {
        column["name"]: ARRAYS[column["type"]]([found.row[column["name"]] for found in arrivals])
        for column in feed.columns
    }


def _numbers(cells: list[Any]) -> Any:
    return np.array([np.nan if cell is None else cell for cell in cells], dtype=np.float64)


def _moments(cells: list[Any]) -> Any:
    known = [np.datetime64("NaT") if cell is None else np.datetime64(round(cell * MICROS), "us") for cell in cells]
    return np.array(known, dtype="datetime64[us]")


def _objects(cells: list[Any]) -> Any:
    return np.ma.array(
        [0 if cell is None else cell for cell in cells], mask=[cell is None for cell in cells], dtype=np.int64
    )


def _texts(cells: list[Any]) -> Any:
    return np.array(cells, dtype=object)


ARRAYS: dict[str, Callable[[list[Any]], Any]] = {
    "integer": _objects, "boolean": _objects, "float": _numbers, "decimal": _numbers, "string": _texts,
    "timestamp": _moments,
}  # fmt: skip
