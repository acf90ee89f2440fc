"""What arrives on a stream: records, the rows in them, and the events that views make of rows."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from roost.domain.entity_events import MICROS, Event, event_number
from roost.domain.request_validation import MAX_INTEGER, validated
from roost.domain.view_layout import Stored, ViewLayout
from roost.domain.windows import fixed_point, microseconds, text_number
from roost.errors import InvalidField

AHEAD = 60 * MICROS  # a producer's clock may run ahead by a minute


@dataclass(frozen=True)
class StreamRecord:
    """One record: its place in the stream, when it arrived (microseconds since 1970), and its bytes."""

    place: str
    arrived: int
    body: bytes


@dataclass(frozen=True)
class Rejected:
    """A record that no retry can save, and why."""

    record: StreamRecord
    reason: str
    field: str


@dataclass(frozen=True)
class Feed:
    """What must be known of a source to read its stream: its columns, as a request's, and what three of them mean."""

    source: str
    columns: tuple[dict[str, Any], ...]
    event_time: str
    event_id: str
    ingested_at: str


@dataclass(frozen=True)
class Arrival:
    """A row that arrived: its values by column, timestamps as seconds since 1970; times in microseconds."""

    row: Mapping[str, Any]
    time: int
    known: int
    identifier: str


def arrival(feed: Feed, record: StreamRecord, document: Mapping[str, Any]) -> Arrival:
    """The row in a record's document. Fields that nobody declared are left out, as in files.

    Raises:
        InvalidField: a field is missing, of the wrong type or out of its bounds, or the event lies in the future.
    """
    declared = [column for column in feed.columns if column["name"] != feed.ingested_at]
    fields = {column["name"]: document[column["name"]] for column in declared if column["name"] in document}
    row = validated(declared, fields, datetime.fromtimestamp(record.arrived / MICROS, UTC), "")
    time = microseconds(row[feed.event_time])
    if time > record.arrived + AHEAD:
        ahead = (time - record.arrived) / MICROS
        raise InvalidField(f"{feed.event_time} lies {ahead:.0f} s after the record's arrival", feed.event_time)
    known = max(time, record.arrived)
    return Arrival({**row, feed.ingested_at: record.arrived / MICROS}, time, known, str(row[feed.event_id]))


def event_of(layout: ViewLayout, arrived: Arrival) -> Event:
    """The event that a view makes of a row.

    Raises:
        InvalidField: a number does not fit into the 64 bits that it is kept in.
    """
    values = tuple(_unit(column, arrived.row[column.name]) for column in layout.columns)
    return Event(arrived.time, event_number(arrived.identifier, arrived.time), arrived.known, values)


def _unit(column: Stored, value: Any) -> int | None:
    if value is None:
        return None
    if column.text:
        return text_number(str(value))
    units = fixed_point(float(value), column.decimals)
    if abs(units) > MAX_INTEGER:
        raise InvalidField(f"{column.name} is {value}; with {column.decimals} decimals it exceeds 64 bits", column.name)
    return units
