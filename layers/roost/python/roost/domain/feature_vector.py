"""From named columns to the model's input matrix: one function for training and for scoring."""

import importlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Column = npt.NDArray[np.float64]
Matrix = npt.NDArray[np.float32]


@dataclass(frozen=True)
class OnDemand:
    """One on-demand feature: a vectorised function and the names of its inputs."""

    name: str
    function: Callable[..., Any]
    inputs: tuple[str, ...]


@dataclass(frozen=True)
class FeaturePlan:
    """How the matrix is made: its ordered ``features``, the on-demand ones, and ``defaults`` for missing values."""

    features: tuple[str, ...]
    on_demand: tuple[OnDemand, ...]
    defaults: Mapping[str, float]

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
        )


def resolved(reference: str) -> Callable[..., Any]:
    """The function behind ``package.module:name``."""
    module, _, name = reference.partition(":")
    function: Callable[..., Any] = getattr(importlib.import_module(module), name)
    return function


def assemble(plan: FeaturePlan, columns: Mapping[str, Column]) -> Matrix:
    """The model's input: float32 of shape (rows, features).

    ``columns`` maps each request column and view feature to float64 of shape (rows,), missing values as NaN. Defaults
    replace missing values first; on-demand functions then see what the model would see.
    """
    filled = dict(columns)
    for name, default in plan.defaults.items():
        filled[name] = np.where(np.isnan(columns[name]), default, columns[name])
    for feature in plan.on_demand:
        filled[feature.name] = feature.function(*[filled[name] for name in feature.inputs])
    by_feature = np.array([filled[name] for name in plan.features], dtype=np.float32)
    return np.ascontiguousarray(by_feature.T)
