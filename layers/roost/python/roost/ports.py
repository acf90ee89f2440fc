"""What the workflows need from the outside world; ``adapters`` implement it, ``adapters.in_memory`` for tests."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from roost.domain.registry import AuditEntry, Change, ModelHead, Release, Version
from roost.domain.release import AliasState, Evidence


@dataclass(frozen=True)
class StoredObject:
    """One object of an object store; ``size`` in bytes."""

    key: str
    size: int
    version: str


@dataclass(frozen=True)
class OnlineItem:
    """Feature state of one entity in one view; ``as_of`` is the time it is complete to, in seconds since 1970."""

    view: str
    entity: str
    payload: bytes
    as_of: int


class Clock(Protocol):
    """Tells the time."""

    def now(self) -> datetime:
        """The current time, timezone aware, in UTC."""
        ...


class ObjectStore(Protocol):
    """A bucket."""

    def list(self, prefix: str) -> list[StoredObject]:
        """All objects whose key starts with ``prefix``, sorted by key."""
        ...

    def exists(self, key: str) -> bool:
        """Whether an object of this key is stored."""
        ...

    def get(self, key: str) -> bytes:
        """The bytes of an object. Raises ``KeyError`` if there is none."""
        ...

    def put(self, key: str, body: bytes, content_type: str = "application/octet-stream") -> None:
        """Store an object, replacing one of the same key."""
        ...

    def download(self, key: str, path: Path) -> None:
        """Write an object to a local file. Raises ``KeyError`` if there is none."""
        ...

    def upload(self, path: Path, key: str) -> None:
        """Store a local file as an object."""
        ...


class OnlineStore(Protocol):
    """Feature state by (view, entity), read in one request."""

    def write(self, items: Iterable[OnlineItem]) -> int:
        """Store items; one older (by ``as_of``) than what is stored is left out. Returns the number written."""
        ...

    def read(self, keys: Sequence[tuple[str, str]]) -> Mapping[tuple[str, str], OnlineItem]:
        """The items stored under (view, entity) keys; absent ones are left out."""
        ...


class RegistryStore(Protocol):
    """The registry's single table. ``commit`` is its only write."""

    def head(self, model: str) -> ModelHead:
        """The model's head; a fresh one if nothing was ever registered."""
        ...

    def commit(self, change: Change) -> None:
        """Write a change atomically. Raises ``ConcurrentUpdate`` if the head is no longer ``change.before``."""
        ...

    def version(self, model: str, number: int) -> Version:
        """One version. Raises ``UnknownVersion``."""
        ...

    def versions(self, model: str) -> list[Version]:
        """All versions of a model, oldest first."""
        ...

    def release(self, model: str, identifier: str) -> Release:
        """One release. Raises ``UnknownRelease``."""
        ...

    def releases(self, model: str) -> list[Release]:
        """All releases of a model, oldest first."""
        ...

    def audit(self, model: str) -> list[AuditEntry]:
        """The audit log of a model, oldest first."""
        ...


class Endpoint(Protocol):
    """The scoring function of one model and its alias ``live``."""

    def publish(self, variables: Mapping[str, str], description: str) -> str:
        """Freeze the present code with these environment variables as a new version; returns its number."""
        ...

    def invoke(self, function_version: str, event: Mapping[str, Any]) -> dict[str, Any]:
        """Call one published version directly. Raises ``SmokeTestFailed`` with the function's error."""
        ...

    def alias(self) -> AliasState:
        """Where traffic goes now."""
        ...

    def shift(self, wanted: AliasState) -> AliasState:
        """Move traffic, if the alias still has ``wanted.revision``; else raise ``ConcurrentUpdate``."""
        ...


class PipelineStarter(Protocol):
    """Starts one state machine."""

    def active(self) -> str:
        """Name of a run that has not ended; empty if there is none."""
        ...

    def start(self, name: str, request: Mapping[str, Any]) -> str:
        """Start a run; returns its name."""
        ...


class EvidenceSource(Protocol):
    """What the versions of a scoring function did under real traffic."""

    def between(self, model: str, function_version: str, start: datetime, end: datetime) -> Evidence:
        """Counts and statistics of one function version between two times (UTC)."""
        ...


class OnnxModel(Protocol):
    """A loaded ONNX model that scores rows."""

    def score(self, features: Any) -> Any:
        """Scores in [0, 1], float32 of shape (rows,), of float32 features of shape (rows, features)."""
        ...


@dataclass(frozen=True)
class LocalCopy:
    """A landed object on local disk; messages name its ``key``."""

    key: str
    path: Path


@dataclass(frozen=True)
class FileFacts:
    """What a landed file holds: rows, first and last event time (seconds since 1970), columns nobody declared."""

    rows: int
    first: int | None
    last: int | None
    ignored: tuple[str, ...] = ()


@dataclass(frozen=True)
class ValidationCounts:
    """Rows read, rows kept, and per rule the rows that broke it; one row may break several."""

    rows: int
    valid: int
    rules: Mapping[str, int]


class TableEngine(Protocol):
    """Reads and joins tables on local disk, with bounded memory."""

    def inspect(self, file: LocalCopy, source: Any) -> FileFacts:
        """Read a landed file of a ``spec.Source`` once. Raises ``UnreadableData``."""
        ...

    def validate(
        self, files: Iterable[LocalCopy], source: Any, now: datetime, valid: Path, quarantine: Path
    ) -> ValidationCounts:
        """Split raw rows into typed valid ones and rejected ones with ``file``, ``row`` and ``broken_rule`` (Parquet).

        Each file is read before the next is asked for. An event after ``now`` is rejected. Raises ``UnreadableData``.
        """
        ...

    def time_span(self, table: Path, event_time: str) -> tuple[int, int]:
        """First and last event time of a valid table, in seconds since 1970."""
        ...

    def columns(self, table: Path, source: Any, names: Sequence[str], since: int, until: int) -> dict[str, Any]:
        """Columns as arrays of the rows with ``since <= event time < until``, ordered by event time and row.

        Integers are int64 unless declared nullable, all other numbers float64 with NaN for null, timestamps float64
        seconds since 1970, strings unicode.
        """
        ...

    def window_features(self, table: Path, source: Any, layout: Any, since: int, until: int) -> dict[str, Any]:
        """Features of a ``ViewLayout`` for the same rows in the same order, float64 with NaN for none."""
        ...

    def tiles(self, table: Path, source: Any, layout: Any, since: int) -> tuple[Any, Any]:
        """Entity keys as text (tiles,) and the ``TileState`` of all entities at once, ordered by entity and tile.

        ``since`` is the first second that counts. Raises ``DataRejected`` if a sum does not fit into 64 bits.
        """
        ...

    def write_table(self, columns: Mapping[str, Any], path: Path) -> None:
        """Write arrays of one length as Parquet."""
        ...


class FittedModel(Protocol):
    """A fitted estimator; it never leaves the process that fitted it."""

    def score(self, features: Any) -> Any:
        """Probability of the positive class, float64 of shape (rows,)."""
        ...

    def to_onnx(self, width: int) -> bytes:
        """ONNX bytes for float32 input of shape (rows, width)."""
        ...


class Trainer(Protocol):
    """Fits estimators by name."""

    def fit(self, estimator: str, parameters: dict[str, Any], seed: int, features: Any, label: Any) -> FittedModel:
        """Fit on float32 features (rows, features) and labels 0 or 1. Raises ``TrainingFailed``."""
        ...

    def environment(self) -> dict[str, Any]:
        """Versions of Python and of the libraries that shape a fitted model."""
        ...


@dataclass(frozen=True)
class PipelinePorts:
    """The ports of the pipelines' steps; ``endpoint`` gives a model's scoring function."""

    lake: ObjectStore
    packages: ObjectStore
    online: OnlineStore
    registry: RegistryStore
    evidence: EvidenceSource
    endpoint: Callable[[str], Endpoint]
    clock: Clock
