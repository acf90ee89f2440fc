"""Engines that compute: tables, estimators, ONNX models."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from roost.domain.profile import Bins, Profile, ProfileQuestions
from roost.names import Problem


@dataclass(frozen=True)
class LocalCopy:
    """A landed object on local disk; messages name its ``key``."""

    key: str
    path: Path


@dataclass(frozen=True)
class FileFacts:
    """What a landed file holds: rows, first and last event time (seconds since 1970).

    ``ignored`` are columns that nobody declared, ``absent`` nullable ones that were declared and read as null.
    """

    rows: int
    first: int | None
    last: int | None
    ignored: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()


@dataclass(frozen=True)
class ValidationCounts:
    """Rows read, rows kept, and per rule the rows that broke it; one row may break several.

    ``examples`` tells of a few rows of each rule, for people.
    """

    rows: int
    valid: int
    rules: Mapping[str, int]
    examples: Mapping[str, Sequence[str]] = field(default_factory=dict, compare=False)


@dataclass(frozen=True)
class RowSpan:
    """The rows of a valid table of a ``spec.Source`` with ``since <= event time < until``, in seconds since 1970."""

    table: Path
    source: Any
    since: int
    until: int


@dataclass(frozen=True)
class CompactedRows:
    """Rows read, and rows kept: all but the repetitions."""

    read: int
    kept: int


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

    def profile(self, table: Path, source: Any, asked: ProfileQuestions) -> Profile:
        """Answer what set-level rules ask about a valid table of a ``spec.Source``."""
        ...

    def bin_counts(
        self, table: Path, source: Any, bins: Mapping[str, Bins], after: int | None
    ) -> Mapping[str, tuple[int, ...]]:
        """Rows by bin of each column; with ``after`` only those later than that second since 1970."""
        ...

    def time_span(self, tables: Path | Sequence[Path], event_time: str) -> tuple[int, int]:
        """First and last event time of valid tables, in seconds since 1970."""
        ...

    def columns(self, rows: RowSpan, names: Sequence[str], label: str) -> dict[str, Any]:
        """Columns as arrays of some rows, ordered by event time and row.

        An event with several versions is one row: the first version, with the ``label`` of the last.

        Integers are int64 unless declared nullable, all other numbers float64 with NaN for null, timestamps float64
        seconds since 1970, strings unicode.
        """
        ...

    def row_features(self, rows: RowSpan, table: Path, source: Any, layout: Any) -> dict[str, Any]:
        """Features of a ``ViewLayout`` for the same rows in the same order, float64 with NaN for none.

        ``table`` of ``source`` holds the view's events; it may be the rows' own.
        """
        ...

    def features_at(self, tables: Sequence[Path], source: Any, layout: Any, keys: Any, times: Any) -> dict[str, Any]:
        """Features of entities ``keys`` as known at ``times`` (int64 microseconds since 1970), both (rows,)."""
        ...

    def accounts(self, tables: Sequence[Path], source: Any, layout: Any, since: int) -> tuple[Any, Any]:
        """Entity keys as text (events,) and their ``EventArrays`` from the second ``since`` on, ordered by entity."""
        ...

    def histories(
        self, tables: Sequence[Path], source: Any, layout: Any, keys: Sequence[Any]
    ) -> Mapping[str, Sequence[Any]]:
        """Every row of some entities, by key as text, as ``naive_features.Known``, whenever it became known."""
        ...

    def compact(self, files: Sequence[LocalCopy], source: Any, target: Path) -> CompactedRows:
        """Write the rows of Parquet files of a ``spec.Source`` as one file, equal ones once. Raises ``UnreadableData``.

        They are ordered by event time, id and whatever else they hold, so the file depends on the rows alone. A column
        that only some of the files have is null in the rows of the others.
        """
        ...

    def write_table(self, columns: Mapping[str, Any], path: Path) -> None:
        """Write arrays of one length as Parquet."""
        ...


class FittedModel(Protocol):
    """A fitted estimator; it never leaves the process that fitted it."""

    def score(self, features: Any) -> Any:
        """Scores, float64: of a binary problem the probability of the positive class, of a regression the value.

        Both of shape (rows,); of a multiclass problem the probabilities, (rows, classes).
        """
        ...

    def to_onnx(self, width: int) -> bytes:
        """ONNX bytes for float32 input of shape (rows, width)."""
        ...


class Trainer(Protocol):
    """Fits estimators by name."""

    def check(self, estimator: str, problem: Problem) -> None:
        """Refuse an estimator that is not there, not for the problem or not for ONNX. Raises ``UnknownEstimator``."""
        ...

    def fit(
        self, estimator: str, parameters: dict[str, Any], seed: int, features: Any, label: Any, problem: Problem = ...
    ) -> FittedModel:
        """Fit on float32 features (rows, features) and float64 labels: class numbers or values.

        Raises ``TrainingFailed``, ``UnknownEstimator``.
        """
        ...

    def environment(self) -> dict[str, Any]:
        """Versions of Python and of the libraries that shape a fitted model."""
        ...


class Compute(Protocol):
    """Where estimators are fitted."""

    def memory(self) -> int:
        """MB that the process may take."""
        ...

    def peak(self) -> int:
        """MB that the process has held at most since it began."""
        ...


class OnnxModel(Protocol):
    """A loaded ONNX model that scores rows."""

    def score(self, features: Any) -> Any:
        """Scores, float32, of float32 features of shape (rows, features); shaped as those of a ``FittedModel``."""
        ...
