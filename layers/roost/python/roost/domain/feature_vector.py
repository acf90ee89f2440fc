"""From named columns to the model's input matrix: one function for training and for scoring."""

import functools
import importlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from roost.domain.categories import code_table, indicator
from roost.domain.on_demand import Batch, OnDemand, batches

Column = npt.NDArray[np.float64]
Matrix = npt.NDArray[np.float32]

ROWS_AT_ONCE = 65_536


@dataclass(frozen=True)
class FeaturePlan:
    """How the matrix is made: its ordered ``features``, the on-demand ones, and ``defaults`` for missing values.

    ``categories`` are those of each text column, which is an input as the number of its category.
    """

    features: tuple[str, ...]
    on_demand: tuple[OnDemand, ...]
    defaults: Mapping[str, float]
    categories: Mapping[str, Sequence[str]] = field(default_factory=dict)

    @functools.cached_property
    def needed(self) -> tuple[str, ...]:
        """The features and the inputs of on-demand ones, but for those that are computed on demand."""
        computed = {feature.name for feature in self.on_demand}
        wanted = [*self.features, *(name for feature in self.on_demand for name in feature.inputs)]
        return tuple(dict.fromkeys(name for name in wanted if name not in computed))

    @functools.cached_property
    def indicators(self) -> dict[str, dict[str, float]]:
        """By text column, the indicators of its categories that are needed, each with the category's number."""
        found = {
            column: {indicator(column, text): code for text, code in code_table(allowed).items()}
            for column, allowed in self.categories.items()
        }
        used = {column: {name: code for name, code in table.items() if name in self.needed}
                for column, table in found.items()}  # fmt: skip
        return {column: table for column, table in used.items() if table}

    @functools.cached_property
    def inputs(self) -> tuple[str, ...]:
        """What must be known: what is needed, and the text columns behind indicators in their place."""
        column_of = {name: column for column, table in self.indicators.items() for name in table}
        return tuple(dict.fromkeys(column_of.get(name, name) for name in self.needed))

    @functools.cached_property
    def codes(self) -> dict[str, dict[str, float]]:
        """For each text column among the inputs the number of each category."""
        return {column: code_table(allowed) for column, allowed in self.categories.items() if column in self.inputs}

    @functools.cached_property
    def places(self) -> dict[str, int]:
        """Row of each input, indicator and on-demand feature in the matrix that ``vectors`` works in."""
        hot = [name for table in self.indicators.values() for name in table]
        names = [*self.inputs, *hot, *(feature.name for feature in self.on_demand)]
        return {name: place for place, name in enumerate(names)}

    @functools.cached_property
    def hot(self) -> tuple[tuple[int, slice, Column], ...]:
        """For each text column with indicators: its row, theirs, and their numbers of shape (indicators, 1)."""
        rows = {column: [self.places[name] for name in table] for column, table in self.indicators.items()}
        return tuple(
            (self.places[column], slice(places[0], places[-1] + 1), np.array([[*self.indicators[column].values()]]).T)
            for column, places in rows.items()
        )

    @functools.cached_property
    def fill(self) -> Column:
        """What stands for a missing input, shape (inputs, 1): its default, or NaN."""
        return np.array([[self.defaults.get(name, np.nan)] for name in self.inputs], dtype=np.float64)

    @functools.cached_property
    def batches(self) -> tuple[Batch, ...]:
        """The calls that compute the on-demand features."""
        return batches(self.on_demand, self.places)

    @functools.cached_property
    def order(self) -> npt.NDArray[np.intp]:
        """The rows that are features, in the model's order."""
        return np.array([self.places[name] for name in self.features], dtype=np.intp)

    @classmethod
    def from_manifest(cls, manifest: Mapping[str, Any]) -> "FeaturePlan":
        """The plan that a package's manifest describes; functions are imported by their reference."""
        return cls(
            features=tuple(manifest["features"]),
            on_demand=tuple(
                OnDemand(item["name"], resolved(item["function"]), tuple(item["inputs"]))
                for item in manifest["on_demand"]
            ),
            defaults=dict(manifest["defaults"]),
            categories={column["name"]: column["allowed"] for column in manifest["request"] if column["allowed"]},
        )


def resolved(reference: str) -> Callable[..., Any]:
    """The function behind ``package.module:name``."""
    module, _, name = reference.partition(":")
    function: Callable[..., Any] = getattr(importlib.import_module(module), name)
    return function


def assemble(plan: FeaturePlan, columns: Mapping[str, Column]) -> Matrix:
    """The model's input for many rows: float32 of shape (rows, features).

    ``columns`` maps each of ``plan.inputs`` to float64 of shape (rows,), missing values as NaN.
    """
    rows = len(columns[plan.inputs[0]])
    matrix = np.empty((rows, len(plan.features)), dtype=np.float32)
    for start in range(0, rows, ROWS_AT_ONCE):
        part = slice(start, start + ROWS_AT_ONCE)
        matrix[part] = vectors(plan, np.array([columns[name][part] for name in plan.inputs]))
    return matrix


def vectors(plan: FeaturePlan, inputs: Column) -> Matrix:
    """The model's input for a few rows: float32 of shape (rows, features).

    ``inputs`` is float64 of shape (inputs, rows) in the order of ``plan.inputs``, missing values as NaN. Defaults
    replace missing values first; on-demand functions then see what the model would see. A missing text is none of its
    categories: its indicators are 0.
    """
    known = np.empty((len(plan.places), inputs.shape[1]))
    known[: len(inputs)] = np.where(np.isnan(inputs), plan.fill, inputs)
    for column, rows, numbers in plan.hot:
        known[rows] = known[column] == numbers
    for batch in plan.batches:
        batch.compute(known)
    return known.take(plan.order, axis=0).T.astype(np.float32, order="C")
