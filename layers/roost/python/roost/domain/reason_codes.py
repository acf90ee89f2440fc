"""Why a score is what it is: baseline Shapley values of one row against one reference row.

The game: of the features in a coalition the model sees the row's values, of all others the reference's; what a
coalition is worth is the score. A feature's contribution is its Shapley value in this game (Shapley, 1953; "baseline
Shapley" in Sundararajan and Najmi, "The Many Shapley Values for Model Explanation", ICML 2020). Contributions sum to
the score minus the reference's score, on the scale of the score itself, the scale that a threshold is on.

Features whose value is the reference's contribute nothing, which is exact. The others are played out:

* up to ``EXACT`` of them, all coalitions: exact;
* more, by ``ORDERS`` orders in which features pass from the reference to the row, each with its reverse (Castro, Gomez
  and Tejada, 2009; Strumbelj and Kononenko, 2014; antithetic pairs: Mitchell, Cooper, Frank and Holmes, "Sampling
  Permutations for Shapley Value Estimation", JMLR 2022). The sum stays exact, a single contribution is an estimate. The
  orders follow from the number of features alone, so the same request gets the same reasons.

All rows are scored in one call.
"""

import functools
import itertools
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Matrix = npt.NDArray[np.float32]
Vector = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

EXACT = 6
ORDERS = 4  # each with its reverse


@dataclass(frozen=True)
class Design:
    """The coalitions to score, flags of shape (coalitions, features), and how their worths become contributions.

    ``weights`` has shape (features, coalitions): contributions are its product with the worths. The first coalition is
    empty, the last is whole.
    """

    coalitions: Flags
    weights: Vector
    exact: bool


@dataclass(frozen=True)
class Explanation:
    """Contributions by feature, largest first, the reference's score, and whether they are exact."""

    contributions: Mapping[str, float]
    reference_score: float
    exact: bool


@functools.lru_cache(maxsize=64)
def design(features: int) -> Design:
    """How that many features are played out."""
    return _every_coalition(features) if features <= EXACT else _sampled_orders(features)


def _every_coalition(features: int) -> Design:
    coalitions = np.array(sorted(itertools.product((False, True), repeat=features), key=sum), dtype=np.bool_)
    coalitions = coalitions.reshape(-1, features)
    sizes = coalitions.sum(axis=1)
    joined = [_share(size - 1, features) for size in sizes]  # worth of a coalition that the feature has joined
    without = [_share(size, features) for size in sizes]
    return Design(coalitions, np.where(coalitions.T, joined, np.negative(without)), exact=True)


def _share(size: int, features: int) -> float:
    """The share of all orders in which exactly ``size`` given features come before a given one."""
    if not 0 <= size < features:
        return 0.0
    return math.factorial(size) * math.factorial(features - size - 1) / math.factorial(features)


def _sampled_orders(features: int) -> Design:
    orders = list(_orders(features))
    rows: dict[bytes, int] = {}
    weights = np.zeros((features, len(orders) * (features + 1)))
    for order in orders:
        flags = np.zeros(features, dtype=np.bool_)
        before = rows.setdefault(flags.tobytes(), len(rows))
        for feature in order:
            flags[feature] = True
            after = rows.setdefault(flags.tobytes(), len(rows))
            weights[feature, after] += 1 / len(orders)
            weights[feature, before] -= 1 / len(orders)
            before = after
    coalitions = np.frombuffer(b"".join(rows), dtype=np.bool_).reshape(-1, features)
    by_size = np.argsort(coalitions.sum(axis=1), kind="stable")
    return Design(coalitions[by_size], weights[:, by_size], exact=False)


def _orders(features: int) -> list[npt.NDArray[np.intp]]:
    drawn = np.random.default_rng(features)
    halves = [drawn.permutation(features) for _ in range(ORDERS)]
    return [order for half in halves for order in (half, half[::-1])]


def explained(
    score: Callable[[Matrix], Vector], row: Matrix, reference: Matrix, groups: Mapping[str, Sequence[int]]
) -> Explanation:
    """The contributions of a row's features to its score.

    Args:
        score: scores of a float32 matrix of shape (rows, columns), as float64 of shape (rows,).
        row: the model's input, shape (columns,).
        reference: the same of the reference.
        groups: the columns of each feature; the indicators of one text are one feature.
    """
    moved = [name for name, columns in groups.items() if not _alike(row, reference, columns)]
    plan = design(len(moved))
    rows = np.repeat(reference[None, :], len(plan.coalitions), axis=0)
    for place, name in enumerate(moved):
        for column in groups[name]:
            rows[plan.coalitions[:, place], column] = row[column]
    worths = score(rows)
    found = dict(zip(moved, np.einsum("fc,c->f", plan.weights, worths).tolist(), strict=True))
    everyone = {name: found.get(name, 0.0) for name in groups}
    ordered = dict(sorted(everyone.items(), key=lambda pair: (-abs(pair[1]), pair[0])))
    return Explanation(ordered, float(worths[0]), plan.exact)


def _alike(row: Matrix, reference: Matrix, columns: Sequence[int]) -> bool:
    return all(row[c] == reference[c] or (row[c] != row[c] and reference[c] != reference[c]) for c in columns)


def reference_inputs(inputs: Vector, texts: Sequence[bool]) -> Vector:
    """The middle of some rows, shape (inputs, 1): medians of numbers, of texts the commonest number of a category.

    ``inputs`` has shape (inputs, rows), missing as NaN; an input that is missing in most rows is missing.
    """
    middle = [_commonest(values) if text else _median(values) for values, text in zip(inputs, texts, strict=True)]
    return np.array([middle], dtype=np.float64).T


def _median(values: Vector) -> float:
    there = values[~np.isnan(values)]
    return float(np.sort(there)[len(there) // 2]) if 2 * len(there) >= max(len(values), 1) else math.nan


def _commonest(values: Vector) -> float:
    there, counts = np.unique(values[~np.isnan(values)], return_counts=True)
    return float(there[counts.argmax()]) if len(there) else math.nan
