"""What a window view looks like to the code that computes it: seconds, columns and aggregates, no definitions."""

import functools
import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Self

Recipe = tuple[str, int, float]  # function, place of its column, number of the column's units in one


@dataclass(frozen=True)
class Aggregate:
    """One feature: ``count`` of events, or ``sum`` or ``mean`` of a column, over a window in seconds."""

    feature: str
    function: str
    column: str | None
    window: int


@dataclass(frozen=True)
class ViewLayout:
    """A window view in numbers.

    Attributes:
        name: the view's name.
        key: the column that identifies the entity.
        tile: size of a tile in seconds; it divides every window and the delay.
        delay: seconds between an event and the moment from which it counts.
        columns: name and decimal places of each column whose sums a tile keeps.
        aggregates: the features, in the view's order.
    """

    name: str
    key: str
    tile: int
    delay: int
    columns: tuple[tuple[str, int], ...]
    aggregates: tuple[Aggregate, ...]

    @classmethod
    def from_manifest(cls, manifest: Mapping[str, Any]) -> Self:
        """The layout that ``to_manifest`` wrote."""
        columns = tuple((column["name"], column["decimals"]) for column in manifest["columns"])
        aggregates = tuple(Aggregate(**aggregate) for aggregate in manifest["aggregates"])
        return cls(manifest["name"], manifest["key"], manifest["tile"], manifest["delay"], columns, aggregates)

    def to_manifest(self) -> dict[str, Any]:
        """The layout as JSON values, as it stands in a model package."""
        return {
            "name": self.name,
            "key": self.key,
            "tile": self.tile,
            "delay": self.delay,
            "columns": [{"name": name, "decimals": decimals} for name, decimals in self.columns],
            "aggregates": [asdict(aggregate) for aggregate in self.aggregates],
        }

    @functools.cached_property
    def windows(self) -> tuple[int, ...]:
        """The different windows in seconds, shortest first."""
        return tuple(sorted({aggregate.window for aggregate in self.aggregates}))

    @functools.cached_property
    def recipe(self) -> tuple[tuple[str, int, Recipe], ...]:
        """Each feature with its window and how it is computed."""
        places = {name: (place, 10.0**decimals) for place, (name, decimals) in enumerate(self.columns)}
        return tuple(
            (item.feature, item.window, (item.function, *places.get(item.column or "", (0, 1.0))))
            for item in self.aggregates
        )

    @functools.cached_property
    def online_name(self) -> str:
        """Name under which the online store holds the view: ``<name>@<8 hex digits of what its tiles look like>``.

        Two releases whose definitions differ in tile, columns, key or reach read different items, so that a new
        definition can be materialised while the old one still serves.
        """
        stored = [self.key, self.tile, self.columns, self.reach]
        return f"{self.name}@{hashlib.sha256(json.dumps(stored).encode()).hexdigest()[:8]}"

    @functools.cached_property
    def reach(self) -> int:
        """How far back a value looks, in seconds: the delay and the longest window."""
        return self.delay + self.windows[-1]
