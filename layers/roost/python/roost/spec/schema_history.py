"""What a source's rows look like that are stored already, and which changes of its definition they survive.

Landed files, logs of streams and data sets outlive the definition they were written under. So each model keeps a
record of its sources as they were last synthesised, and a definition may only grow from there: by nullable columns,
which older rows answer with null, and by columns that become nullable. Bounds, allowed values and descriptions are no
part of it, as every row is validated anew.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

from pydantic import Field, ValidationError

from roost.errors import InvalidDefinition
from roost.spec.definition import Definition, Name
from roost.spec.model import Model
from roost.spec.sources import Column, ColumnType, Source

SCALED = (ColumnType.DECIMAL, ColumnType.FLOAT)
ROLES = ("event_time", "event_id", "ingested_at")
BESIDE = "and add a nullable column for what is new"


class RecordedColumn(Definition):
    """A column as stored rows have it; ``decimals`` where its sums depend on them."""

    type: ColumnType
    nullable: bool
    decimals: int | None = None


class RecordedSource(Definition):
    """A source as stored rows have it."""

    columns: dict[Name, RecordedColumn]
    event_time: Name
    event_id: Name | None = None
    ingested_at: Name | None = None


class SchemaHistory(Definition):
    """The sources of a model by name, those that it no longer reads included."""

    sources: dict[Name, RecordedSource] = Field(default_factory=dict)


def read_history(text: str, file: str) -> SchemaHistory:
    """The history that ``history_text`` wrote; ``file`` is its name in messages.

    Raises:
        InvalidDefinition: it was edited into something else.
    """
    try:
        return SchemaHistory.model_validate_json(text)
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(map(str, first["loc"])) or "the file"
        raise InvalidDefinition(f"{file}: {field}: {first['msg']}; restore it from version control") from error


def history_text(history: SchemaHistory) -> str:
    """The history as JSON, the same for the same content: sorted, indented, with a line end."""
    return json.dumps(history.model_dump(mode="json", exclude_none=True), indent=2, sort_keys=True) + "\n"


def extended(history: SchemaHistory, model: Model, file: str) -> SchemaHistory:
    """The history with the model's sources as they are now.

    Raises:
        InvalidDefinition: rows that are stored could not be read any more, or would mean something else.
    """
    now = {source.name: _recorded(source) for source in model.sources}
    for name, recorded in now.items():
        refused = list(_refusals(history.sources[name], recorded)) if name in history.sources else []
        if refused:
            raise InvalidDefinition(_explained(model.name, name, refused, file))
    return SchemaHistory(sources={**history.sources, **now})


def _recorded(source: Source) -> RecordedSource:
    columns = {column.name: _recorded_column(column) for column in source.columns}
    return RecordedSource(
        columns=columns, event_time=source.event_time, event_id=source.event_id, ingested_at=source.ingested_at
    )


def _recorded_column(column: Column) -> RecordedColumn:
    decimals = column.decimals if column.type in SCALED else None
    return RecordedColumn(type=column.type, nullable=column.nullable, decimals=decimals)


def _refusals(before: RecordedSource, now: RecordedSource) -> Iterator[str]:
    for name, column in before.columns.items():
        if name not in now.columns:
            yield f"column {name!r} is gone: keep it, with nullable=True, and stop using it"
        else:
            yield from _changes(f"column {name!r}", column, now.columns[name])
    for name in now.columns.keys() - before.columns.keys():
        if not now.columns[name].nullable:
            yield f"column {name!r} is new, so stored rows lack it: declare it with nullable=True"
    for role in ROLES:
        old, new = getattr(before, role), getattr(now, role)
        if old != new:
            yield f"{role} is {new!r} and was {old!r}, which changes what stored rows mean: keep {old!r}"


def _changes(what: str, before: RecordedColumn, now: RecordedColumn) -> Iterator[str]:
    if before.type is not now.type:
        yield f"{what} has type {now.type.value} and had {before.type.value}: keep {before.type.value}, {BESIDE}"
    elif before.decimals != now.decimals:
        yield f"{what} has decimals={now.decimals} and had {before.decimals}: keep {before.decimals}, {BESIDE}"
    if before.nullable and not now.nullable:
        yield f"{what} was nullable, so stored rows may lack it: keep nullable=True"


def _explained(model: str, source: str, refused: list[str], file: str) -> str:
    lines = "".join(f"\n  - {refusal}" for refusal in sorted(refused))
    return (
        f"models/{model}/definition.py: source {source!r} does not fit its stored rows, as {file} records them:"
        f"{lines}\n"
        f"Or give the source a new name and land its history there. What was never deployed may be deleted from {file}"
    )
