"""Entities, feature views and on-demand features."""

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
    """One aggregate of a window: ``count`` of events, or a function of a column.

    ``sum``, ``mean``, ``min``, ``max``, ``stddev`` (of the sample) and ``last`` take a numeric column, ``distinct``
    (the number of different values, exact) any. All skip nulls.
    """

    function: Literal["count", "sum", "mean", "min", "max", "stddev", "last", "distinct"]
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


class FeatureView(Definition):
    """What is known of an entity from the events of a source."""

    name: Name
    entity: Entity
    source: Source
    owner: str = ""
    description: str = ""

    @model_validator(mode="after")
    def _key_is_text_or_whole(self) -> Self:
        if self.source.column(self.entity.key).type not in KEYS:
            raise ValueError(f"view '{self.name}': key {self.entity.key!r} must have type integer or string")
        return self

    def used_columns(self) -> tuple[str, ...]:
        """Columns that the features are computed from, in order of first use."""
        raise NotImplementedError

    def features(self) -> tuple[str, ...]:
        """Full names of all features, ``<view>__<feature>``."""
        raise NotImplementedError

    def _require_number(self, column: str, use: str) -> None:
        if self.source.column(column).type not in NUMERIC:
            raise ValueError(f"view '{self.name}': column {column!r} is not numeric, so it has no {use}")


class WindowView(FeatureView):
    """Aggregates of an entity's events over sliding windows, one meaning offline and online.

    The value at time t covers events with ``floor_g(t - d - w) <= event_time < t - d`` (g: ``tile``, d: ``delay``,
    w: a window); with d > 0 the upper end is floored to the tile too. An empty window has count 0, sum 0 and no mean.
    """

    windows: tuple[timedelta, ...] = Field(min_length=1)
    aggregations: tuple[Aggregation, ...] = Field(min_length=1)
    tile: timedelta = HOUR
    delay: timedelta = timedelta(0)

    @model_validator(mode="after")
    def _is_computable(self) -> Self:
        if self.tile < timedelta(seconds=1) or self.tile.microseconds:
            raise ValueError(f"view '{self.name}': tile must be whole seconds, at least one")
        for window in self.windows:
            if window <= timedelta(0) or window % self.tile:
                raise ValueError(f"view '{self.name}': window {window} is not a multiple of the tile {self.tile}")
        if self.delay < timedelta(0) or self.delay % self.tile:
            raise ValueError(f"view '{self.name}': delay {self.delay} is not a multiple of the tile {self.tile}")
        return self

    @model_validator(mode="after")
    def _columns_fit_functions(self) -> Self:
        for item in self.aggregations:
            if item.column is not None and item.function == "distinct":
                self.source.column(item.column)
            elif item.column is not None:
                self._require_number(item.column, item.function)
        return self

    def used_columns(self) -> tuple[str, ...]:
        """Columns that are aggregated, in order of first use."""
        return tuple(dict.fromkeys(a.column for a in self.aggregations if a.column is not None))

    def features(self) -> tuple[str, ...]:
        """Full names of all features, ``<view>__<aggregate>_<window>``: windows outside, aggregations inside."""
        return tuple(f"{self.name}__{a.feature(w)}" for w in self.windows for a in self.aggregations)


class LatestView(FeatureView):
    """Columns of an entity's newest event.

    The value at time t is that of the newest event before t. ``lookback`` bounds how old it may be in training,
    ``max_age`` how old it may be when it serves; an older one is answered as missing, and said to be expired.
    """

    columns: tuple[Name, ...] = Field(min_length=1)
    lookback: timedelta
    max_age: timedelta

    @model_validator(mode="after")
    def _is_computable(self) -> Self:
        for name, age in (("lookback", self.lookback), ("max_age", self.max_age)):
            if age <= timedelta(0) or age.microseconds:
                raise ValueError(f"view '{self.name}': {name} must be whole seconds, at least one")
        for column in self.columns:
            self._require_number(column, "value that a model could take")
        return self

    def used_columns(self) -> tuple[str, ...]:
        """The columns themselves."""
        return self.columns

    def features(self) -> tuple[str, ...]:
        """Full names of all features, ``<view>__<column>``."""
        return tuple(f"{self.name}__{column}" for column in self.columns)


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
