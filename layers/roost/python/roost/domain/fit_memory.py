"""How much memory it takes to fit an estimator and to convert it, estimated before anything is fitted.

An estimate is an upper bound: the process with its libraries, the mapped file of the training set, the rows that are
fitted on, what the estimator makes of them, and the nodes of a forest, which its conversion to ONNX holds several times
over. Factors were measured with ``python -m tests.benchmarks.fit_memory`` on labels that are noise, where trees grow
largest; docs/training.md has the table. Of an estimator that was not measured, the largest factors are assumed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from roost.errors import TrainingSetTooLarge
from roost.names import Estimator, Problem

MEGABYTE = 2**20
PROCESS = 280 * MEGABYTE  # Python, boto3, pydantic, NumPy, SciPy, scikit-learn, skl2onnx
CELL = 4  # bytes of a float32
A_CLASS = 32  # bytes a row and class: gradients, raw predictions, probabilities
NODE = 1_100  # bytes a node of a forest while it is converted


@dataclass(frozen=True)
class Appetite:
    """Bytes a cell and a row besides the float32 rows that are fitted on, and a tree's nodes for each row.

    A tree of a classifier has at most ``nodes_a_rare_row`` for each row outside the most frequent class: the others
    need no splits of their own.
    """

    cell: float
    row: float
    nodes_a_row: float = 0.0
    nodes_a_rare_row: float = 0.0
    trees: int = 0


APPETITES: Mapping[str, Appetite] = {
    Estimator.LOGISTIC_REGRESSION: Appetite(cell=16, row=160),
    Estimator.LINEAR_REGRESSION: Appetite(cell=20, row=160),
    Estimator.HIST_GRADIENT_BOOSTING: Appetite(cell=20, row=160),
    Estimator.GRADIENT_BOOSTING: Appetite(cell=6, row=160),
    Estimator.RANDOM_FOREST: Appetite(cell=6, row=160, nodes_a_row=1.3, nodes_a_rare_row=4, trees=100),
    Estimator.EXTRA_TREES: Appetite(cell=6, row=160, nodes_a_row=2.0, nodes_a_rare_row=14, trees=100),
}
UNMEASURED = Appetite(cell=20, row=160)


@dataclass(frozen=True)
class FitSize:
    """What is fitted: rows, features, classes (1 for a number), rows outside the most frequent class, mapped bytes."""

    rows: int
    features: int
    classes: int
    rare: int
    mapped: int

    @classmethod
    def of(cls, label: npt.NDArray[np.float64], features: int, mapped: int, problem: Problem) -> Self:
        """The size of a fit on these labels, float64 (rows,)."""
        if problem is Problem.REGRESSION:
            return cls(len(label), features, 1, len(label), mapped)
        counts = np.unique(label, return_counts=True)[1]
        return cls(len(label), features, len(counts), len(label) - int(counts.max(initial=0)), mapped)


def needed(estimator: str, parameters: Mapping[str, Any], size: FitSize) -> int:
    """Bytes that the process will hold at most."""
    appetite = APPETITES.get(estimator, UNMEASURED)
    cells = size.rows * size.features * (CELL + appetite.cell)
    rows = size.rows * (appetite.row + A_CLASS * size.classes)
    nodes = int(parameters.get("n_estimators") or appetite.trees) * _nodes(appetite, parameters, size)
    return round(PROCESS + size.mapped + cells + rows + nodes * NODE)


def _nodes(appetite: Appetite, parameters: Mapping[str, Any], size: FitSize) -> float:
    """Nodes of one tree of a forest, at most."""
    bounds = [appetite.nodes_a_row * size.rows, appetite.nodes_a_rare_row * size.rare]
    if leaves := parameters.get("max_leaf_nodes"):
        bounds.append(2.0 * leaves)
    if depth := parameters.get("max_depth"):
        bounds.append(2.0 ** (min(depth, 60) + 1))
    least = parameters.get("min_samples_leaf", 1)
    if isinstance(least, int) and least > 1:
        bounds.append(2.0 * size.rows / least)
    return min(bounds)


def check_fits(estimator: str, parameters: Mapping[str, Any], size: FitSize, megabytes: int) -> int:
    """MB that a fit needs at most.

    Raises:
        TrainingSetTooLarge: that is more than there is.
    """
    need = -(-needed(estimator, parameters, size) // MEGABYTE)
    if need > megabytes:
        raise TrainingSetTooLarge(
            f"{estimator} on {size.rows:,} rows of {size.features} features takes up to {need:,} MB, the function has "
            f"{megabytes:,} MB: shorten split.train, use fewer features or a smaller estimator (bound the depth of a "
            f"forest), or raise FIT.memory in infra/constructs/pipeline_functions.py (Lambda takes up to 10,240 MB)"
        )
    return need
