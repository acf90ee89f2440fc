"""The bins in which a package remembers its training data, and in which its predictions are counted.

Edges are values of the training rows: each distinct value where there are few, quantiles otherwise, and one edge just
below the smallest, so that the first bin holds what lies below all of them, the last but one what lies above, and the
last the missing values. Counts in equal bins can be added, in any order, and nothing else need be kept of a prediction
to see its distribution.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from roost.domain.profile import Bins

Values = npt.NDArray[np.float32]

MOST_EDGES = 20


def bins_of(values: Values) -> Bins:
    """The bins of a column, float32 of shape (rows,), missing values as NaN; infinite values make no edges."""
    known = np.sort(values[np.isfinite(values)])
    if not len(known):
        return Bins()
    edges = np.unique(known)
    if len(edges) > MOST_EDGES:
        ends = [-(-len(known) * share // MOST_EDGES) - 1 for share in range(1, MOST_EDGES + 1)]
        edges = np.unique(known[ends])
    return Bins(edges=(math.nextafter(float(known[0]), -math.inf), *map(float, edges)))


def counts_in(bins: Bins, values: Values) -> list[int]:
    """How many values, of shape (rows,), fall into each bin."""
    places = np.searchsorted(np.array(bins.edges), values.astype(np.float64), side="left")
    places = np.where(np.isnan(values), bins.count - 1, places)
    counts: list[int] = np.bincount(places, minlength=bins.count).tolist()
    return counts


def reference_of(
    features: Sequence[str], train: npt.NDArray[np.float32], holdout: npt.NDArray[np.float32], scores: Values
) -> dict[str, Any]:
    """What a manifest holds under ``reference_bins``.

    Args:
        features: names of the matrices' columns.
        train: rows that the model was fitted on, (rows, features); they make the bins and ``counts``.
        holdout: rows that it was evaluated on, (rows, features); ``holdout`` counts them in the same bins.
        scores: the holdout's scores as they are served, (rows,); they make the bins and ``counts`` of the score.
    """
    found = {}
    for place, name in enumerate(features):
        bins = bins_of(train[:, place])
        counts = {"counts": counts_in(bins, train[:, place]), "holdout": counts_in(bins, holdout[:, place])}
        found[name] = {"edges": list(bins.edges), **counts}
    bins = bins_of(scores)
    return {"features": found, "score": {"edges": list(bins.edges), "counts": counts_in(bins, scores)}}


def bins_in(entry: Mapping[str, Any]) -> Bins:
    """The bins of one entry that ``reference_of`` made."""
    return Bins(edges=tuple(entry["edges"]))
