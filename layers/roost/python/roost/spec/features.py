"""Entities, window views and on-demand features."""

from datetime import timedelta
from typing import Literal, Self

from pydantic import Field, model_validator

from roost.spec.definition import Definition, Function, Name, short_duration
from roost.spec.sources import KEYS, NUMERIC, Source

HOUR = timedelta(hours=1)


class Entity(Definition):
    """A thing that features describe, and the column that identifies it."""

    name: Name
    key: Name
    description: str = ""


class Aggregation(Definition):
    """One aggregate of a window: ``count`` of events, or ``sum`` or ``mean`` of a numeric column."""

    function: Literal["count", "sum", "mean"]
    column: Name | None = None

    @model_validator(mode="after")
    def _column_fits_function(self) -> Self:
        if (self.function == "count") != (self.column is None):
            wanted = "no column" if self.function == "count" else "a column"
            raise ValueError(f"aggregation '{self.function}' takes {wanted}")
        return self

    def feature(self, window: timedelta) -> str:
        """Name of the feature within its view: ``count_7d``, ``amount_mean_30d``."""
        stem = self.function if self.column is None else f"{self.column}_{self.function}"
        return f"{stem}_{short_duration(window)}"


class WindowView(Definition):
    """Aggregates of an entity's events over sliding windows, one meaning offline and online.

    The value at time t covers events with ``floor_g(t - d - w) <= event_time < t - d`` (g: ``tile``, d: ``delay``,
    w: a window); with d > 0 the upper end is floored to the tile too. An empty window has count 0, sum 0 and no mean.
    """

    name: Name
    entity: Entity
    source: Source
    windows: tuple[timedelta, ...] = Field(min_length=1)
    aggregations: tuple[Aggregation, ...] = Field(min_length=1)
    tile: timedelta = HOUR
    delay: timedelta = timedelta(0)
    owner: str = ""
    description: str = ""

    @model_validator(mode="after")
    def _is_computable(self) -> Self:
        if self.tile < timedelta(seconds=1) or self.tile.microseconds:
            raise ValueError(f"view '{self.name}': tile must be whole seconds, at least one")
        for window in self.windows:
            if window <= timedelta(0) or window % self.tile:
                raise ValueError(f"view '{self.name}': window {window} is not a multiple of the tile {self.tile}")
        if self.delay < timedelta(0) or self.delay % self.tile:
            raise ValueError(f"view '{self.name}': delay {self.delay} is not a multiple of the tile {self.tile}")
        for column in self.summed_columns():
            if self.source.column(column).type not in NUMERIC:
                raise ValueError(f"view '{self.name}': column {column!r} is not numeric, so it has no sum or mean")
        return self

    @model_validator(mode="after")
    def _key_is_text_or_whole(self) -> Self:
        if self.source.column(self.entity.key).type not in KEYS:
            raise ValueError(f"view '{self.name}': key {self.entity.key!r} must have type integer or string")
        return self

    def summed_columns(self) -> tuple[str, ...]:
        """Columns whose sums a tile keeps, in order of first use."""
        return tuple(dict.fromkeys(a.column for a in self.aggregations if a.column is not None))

    def features(self) -> tuple[str, ...]:
        """Full names of all features, ``<view>__<aggregate>_<window>``: windows outside, aggregations inside."""
        return tuple(f"{self.name}__{a.feature(w)}" for w in self.windows for a in self.aggregations)


class OnDemandFeature(Definition):
    """A feature computed from request fields and view features by a vectorised function.

    ``function`` takes one float64 array of shape (rows,) per name in ``inputs`` (timestamps as seconds since 1970)
    and returns an array of shape (rows,). Training calls it on columns, scoring on one row: the same object.
    It must stand at module level in a module that imports nothing but numpy and the standard library.
    """

    name: Name
    function: Function
    inputs: tuple[str, ...] = Field(min_length=1)
    description: str = ""
