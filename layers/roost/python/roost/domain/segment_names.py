"""How the groups of a slice are called: in a report on the holdout as in the counts of what is served."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

Names = npt.NDArray[Any]


def words(column: npt.NDArray[Any], categories: Sequence[str]) -> Names:
    """Values as text; of a text column, whose values are places among its categories, the categories."""
    if column.dtype.kind != "f":
        return column.astype(str)
    names = dict(enumerate(categories))
    return np.array(["missing" if np.isnan(value) else names.get(value, f"{value:g}") for value in column.tolist()])


def binned(column: npt.NDArray[np.float64], edges: Sequence[float]) -> Names:
    """The bin of each value; an edge belongs to the bin above it."""
    steps = [f"{edge:g}" for edge in edges]
    names = [f"below {steps[0]}", *(f"{low} to {high}" for low, high in pairwise(steps))]
    names += [f"{steps[-1]} and above", "missing"]
    places = np.where(np.isnan(column), len(edges) + 1, np.searchsorted(edges, column, side="right"))
    return np.array(names)[places]
