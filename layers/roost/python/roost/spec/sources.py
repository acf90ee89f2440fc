"""Sources: typed columns of raw data, what is expected of them, and where they come from."""

from enum import StrEnum
from typing import Literal, Self

from pydantic import Field, model_validator

from roost.domain.categories import indicator
from roost.spec.definition import Definition, Name
from roost.spec.origins import Origin
from roost.spec.set_rules import SetRules


class ColumnType(StrEnum):
    """Type of a column. ``decimal`` is a number with a fixed count of decimal places (money): its sums are exact."""

    INTEGER = "integer"
    FLOAT = "float"
    DECIMAL = "decimal"
    STRING = "string"
    TIMESTAMP = "timestamp"
    BOOLEAN = "boolean"


KEYS = frozenset({ColumnType.INTEGER, ColumnType.STRING})
NUMERIC = frozenset({ColumnType.INTEGER, ColumnType.FLOAT, ColumnType.DECIMAL, ColumnType.BOOLEAN})


class Column(Definition):
    """One column of a source and the rules that every row must keep; a row that breaks one is quarantined.

    A text has at most 256 characters, in files, on streams and in requests.
    """

    name: Name
    type: ColumnType
    nullable: bool = False
    unique: bool = False
    minimum: float | None = None
    maximum: float | None = None
    allowed: tuple[str, ...] = ()
    decimals: int = Field(default=6, ge=0, le=9, description="decimal places kept in sums of this column")
    description: str = ""

    @model_validator(mode="after")
    def _bounds_fit_type(self) -> Self:
        bounded = self.minimum is not None or self.maximum is not None
        if bounded and self.type not in NUMERIC:
            raise ValueError(f"column '{self.name}': minimum and maximum need a numeric type, not {self.type.value}")
        if self.allowed and self.type is not ColumnType.STRING:
            raise ValueError(f"column '{self.name}': allowed needs type string, not {self.type.value}")
        if len(set(self.allowed)) < len(self.allowed) or "" in self.allowed:
            raise ValueError(
                f"column '{self.name}': allowed must hold different texts, none empty, which stands for null"
            )
        return self

    def one_hot(self) -> tuple[str, ...]:
        """Names of the features that tell the categories of ``allowed`` apart, one each, for ``Model.features``."""
        return tuple(indicator(self.name, category) for category in self.allowed)


class Source(Definition):
    """Raw data that land under ``landing/<name>/`` of the lake bucket.

    ``event_id`` names the column that tells events apart: rows that share id, time and key are versions of one event,
    and the one that became known last counts. ``ingested_at`` names the column that says when a row became known;
    without it a row counts as known when it happened, as exports of history do not say. A ``streamed`` source has a
    stream on stages that are deployed with ``-c streams=true``; its records get their arrival as ``ingested_at``.


    Beyond ``max_rejected_share`` (0 to 1), ``min_rows`` and the ``set_rules`` the run stops.
    """

    name: Name
    format: Literal["csv", "json", "parquet"] = "csv"
    columns: tuple[Column, ...] = Field(min_length=1)
    event_time: Name
    event_id: Name | None = None
    ingested_at: Name | None = None
    streamed: bool = False
    origin: Origin | None = Field(default=None, description="where LoadSources pulls rows from; files land by default")
    max_rejected_share: float = Field(default=0.01, ge=0, le=1)
    min_rows: int = Field(default=1, ge=1)
    set_rules: SetRules = SetRules()
    description: str = ""

    @model_validator(mode="after")
    def _columns_are_sound(self) -> Self:
        names = [column.name for column in self.columns]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"source '{self.name}': column {twice[0]!r} is declared twice; keep one")
        if self.event_time not in names:
            raise ValueError(f"source '{self.name}': event_time {self.event_time!r} is no column; use one of {names}")
        if self.column(self.event_time).type is not ColumnType.TIMESTAMP:
            raise ValueError(f"source '{self.name}': event_time {self.event_time!r} must have type timestamp")
        return self

    @model_validator(mode="after")
    def _events_can_be_told_apart(self) -> Self:
        if self.event_id is None:
            return self
        if self.column(self.event_id).type not in KEYS:
            raise ValueError(f"source '{self.name}': event_id {self.event_id!r} must have type integer or string")
        once = [column.name for column in self.columns if column.unique]
        if once:
            raise ValueError(
                f"source '{self.name}': rows of one {self.event_id!r} are versions of an event, which repeat "
                f"{once[0]!r}; drop unique"
            )
        return self

    @model_validator(mode="after")
    def _arrival_is_sound(self) -> Self:
        if self.streamed and not (self.event_id and self.ingested_at):
            raise ValueError(f"source '{self.name}': a streamed source needs event_id and ingested_at")
        if self.ingested_at is not None and self.column(self.ingested_at).type is not ColumnType.TIMESTAMP:
            raise ValueError(f"source '{self.name}': ingested_at {self.ingested_at!r} must have type timestamp")
        return self

    @model_validator(mode="after")
    def _set_rules_are_about_columns(self) -> Self:
        for name in self.set_rules.columns():
            self.column(name)
        for name in self.set_rules.drift.columns if self.set_rules.drift else ():
            if self.column(name).type is ColumnType.TIMESTAMP:
                raise ValueError(f"source '{self.name}': set_rules.drift: {name!r} is a time, which always moves on")
        return self

    @model_validator(mode="after")
    def _origin_fits(self) -> Self:
        if self.origin is None:
            return self
        if self.format != "json":
            raise ValueError(f"source '{self.name}': what an origin gives lands as JSON Lines; declare format='json'")
        for name in [*getattr(self.origin, "fields", ()), *([self.origin.watermark] if self.origin.watermark else [])]:
            self.column(name)
        return self._growing(self.origin.watermark)

    def _growing(self, watermark: str | None) -> Self:
        column = self.column(watermark) if watermark else None
        if column and (column.nullable or column.type not in (ColumnType.TIMESTAMP, ColumnType.INTEGER)):
            raise ValueError(
                f"source '{self.name}': the origin's watermark {watermark!r} must have type timestamp or integer and "
                "not be nullable: a row without one would never be loaded"
            )
        return self

    def column(self, name: str) -> Column:
        """The column of that name.

        Raises:
            ValueError: the source has no such column; the message lists those it has.
        """
        found = {column.name: column for column in self.columns}
        if name not in found:
            raise ValueError(f"source '{self.name}' has no column {name!r}; it has {sorted(found)}")
        return found[name]
