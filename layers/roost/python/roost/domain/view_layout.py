"""What a feature view looks like to the code that computes it: seconds, columns and aggregates, no definitions."""

import functools
import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Self

COUNT, LAST, NEWEST = "count", "last", "newest"
UNSCALED = (COUNT, "distinct")


@dataclass(frozen=True)
class Aggregate:
    """One feature: ``count`` of events or another function of a column, over a window in seconds.

    In a latest-value view the function is ``newest`` and the window the age beyond which serving does not use a value.
    """

    feature: str
    function: str
    column: str | None
    window: int


@dataclass(frozen=True)
class Stored:
    """A column as the store keeps it: integers in units of ``10^-decimals``; of ``text``, numbers that stand for it."""

    name: str
    decimals: int = 0
    text: bool = False


@dataclass(frozen=True)
class Recipe:
    """How a feature is computed: function, place of its column, and the number of the column's units in one."""

    feature: str
    function: str
    window: int
    place: int
    scale: float


@dataclass(frozen=True)
class ViewLayout:
    """A feature view in numbers.

    Attributes:
        name: the view's name.
        key: the column that identifies the entity.
        tile: size of a tile in seconds, which divides every window and the delay; 0 in a latest-value view.
        delay: seconds between an event and the moment from which it counts.
        columns: each column that the features are computed from.
        aggregates: the features, in the view's order.
        lookback: how far back, in seconds, training may look in a latest-value view.
    """

    name: str
    key: str
    tile: int
    delay: int
    columns: tuple[Stored, ...]
    aggregates: tuple[Aggregate, ...]
    lookback: int = 0

    @classmethod
    def from_manifest(cls, manifest: Mapping[str, Any]) -> Self:
        """The layout that ``to_manifest`` wrote."""
        columns = tuple(Stored(**column) for column in manifest["columns"])
        aggregates = tuple(Aggregate(**aggregate) for aggregate in manifest["aggregates"])
        return cls(**{**manifest, "columns": columns, "aggregates": aggregates})

    def to_manifest(self) -> dict[str, Any]:
        """The layout as JSON values, as it stands in a model package."""
        columns = [asdict(column) for column in self.columns]
        return {**asdict(self), "columns": columns, "aggregates": [asdict(item) for item in self.aggregates]}

    @property
    def latest(self) -> bool:
        """Whether the view takes the newest event, rather than windows of events."""
        return self.tile == 0

    @property
    def instants(self) -> int | None:
        """Of how many newest instants the online store keeps events; None for all that can be reached.

        One more than is used: what happens at the very instant of a question does not count in its answer.
        """
        return 2 if self.latest else None

    @functools.cached_property
    def windows(self) -> tuple[int, ...]:
        """The different windows in seconds, shortest first."""
        return tuple(sorted({aggregate.window for aggregate in self.aggregates}))

    @functools.cached_property
    def recipes(self) -> tuple[Recipe, ...]:
        """How each feature is computed, in the view's order."""
        places = {column.name: (place, 10.0**column.decimals) for place, column in enumerate(self.columns)}
        return tuple(
            Recipe(item.feature, item.function, item.window, place, 1.0 if item.function in UNSCALED else scale)
            for item in self.aggregates
            for place, scale in (places.get(item.column or "", (0, 1.0)),)
        )

    @functools.cached_property
    def online_name(self) -> str:
        """Name under which the online store holds the view: ``<name>@<8 hex digits of what its items look like>``.

        Two releases whose definitions differ in tile, columns, key or reach read different items, so that a new
        definition can be materialised while the old one still serves.
        """
        stored = [self.key, self.tile, [asdict(column) for column in self.columns], self.reach]
        return f"{self.name}@{hashlib.sha256(json.dumps(stored).encode()).hexdigest()[:8]}"

    @functools.cached_property
    def reach(self) -> int:
        """How far back a value looks, in seconds: the delay and the longest window."""
        return self.delay + max(self.windows[-1], self.lookback)
