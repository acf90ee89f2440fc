"""Loads: what was pulled from an origin, as numbered immutable files, and how far each one came.

A load's manifest says how far it came (its watermark) and which rows it holds at that very value: the next load asks
for rows *from* the watermark on, not after it, and leaves out the rows that these digests name. So rows that share a
watermark are neither lost nor landed twice, wherever a load ended.
"""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from hashlib import sha256
from typing import Any, Self

from roost.errors import InvalidDefinition, UnreadableData

MOST_TIES = 100_000
DIGEST = 16


@dataclass(frozen=True)
class Load:
    """One load of a source. ``ties`` counts the landed rows at the watermark ``until``, by digest."""

    source: str
    number: int
    key: str
    sha256: str
    rows: int
    loaded_at: str
    since: str | int | None = None
    until: str | int | None = None
    ties: Mapping[str, int] = field(default_factory=dict)

    @classmethod
    def from_json(cls, body: bytes) -> Self:
        """The load that ``to_json`` wrote."""
        return cls(**json.loads(body))

    def to_json(self) -> bytes:
        """The manifest, indented for people."""
        return json.dumps(asdict(self), indent=2).encode()


@dataclass
class Progress:
    """How far rows have come; takes each row once."""

    column: str | None
    until: str | int | None = None
    ties: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self._since, self._landed = self.until, Counter(self.ties)

    def new_lines(self, rows: Iterable[Mapping[str, Any]]) -> Iterator[str]:
        """Each row that was not landed before, as a line of JSON.

        Raises:
            UnreadableData: a watermark is no time and no whole number.
            InvalidDefinition: so many rows share a watermark that they cannot be told apart cheaply.
        """
        for row in rows:
            line = json_line(row)
            if self.column is None or self._is_new(watermark(row.get(self.column), self.column), line):
                yield line

    def _is_new(self, value: str | int, line: str) -> bool:
        if self._since is not None and value < self._since:  # type: ignore[operator]
            return False
        digest = sha256(line.encode()).hexdigest()[:DIGEST]
        if value == self._since and self._landed[digest]:
            self._landed[digest] -= 1
            return False
        self._count(value, digest)
        return True

    def _count(self, value: str | int, digest: str) -> None:
        if self.until is None or value > self.until:  # type: ignore[operator]
            self.until, self.ties = value, Counter()
        if value == self.until:
            self.ties[digest] += 1
        if len(self.ties) > MOST_TIES:
            raise InvalidDefinition(
                f"origin: more than {MOST_TIES} rows share the watermark {self.column} = {value}; "
                "choose a finer column as watermark"
            )


def watermark(value: Any, column: str) -> str | int:
    """A watermark in the form that orders as it is written.

    Raises:
        UnreadableData: it is no time and no whole number.
    """
    try:
        if isinstance(value, int) and not isinstance(value, bool):
            return value
        moment = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    except ValueError as error:
        raise UnreadableData(
            f"the watermark {column} holds {value!r}; it must be a time in ISO 8601 or a whole number in every row"
        ) from error
    return utc(moment).isoformat(timespec="microseconds")


def json_line(row: Mapping[str, Any]) -> str:
    """A row as one line of JSON, columns in order of name; equal rows are equal lines."""
    return json.dumps({name: _plain(row[name]) for name in sorted(row)}, ensure_ascii=False) + "\n"


def utc(moment: datetime) -> datetime:
    """A moment in UTC; one without an offset is in UTC already."""
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


def _plain(value: Any) -> str | int | bool | None:
    match value:
        case None | bool() | int() | str():
            plain = value
        case datetime():
            plain = utc(value).isoformat()
        case Decimal():
            plain = f"{value:f}" if value.is_finite() else str(value)
        case bytes() | bytearray() | memoryview():
            plain = bytes(value).hex()
        case dict() | list():
            plain = json.dumps(value, sort_keys=True, ensure_ascii=False)
        case _:
            plain = str(value)
    return plain
