"""The curves of a card: what a binary model's scores do at every threshold, as few points as a plot needs."""

from typing import Any

import numpy as np
import numpy.typing as npt

from roost.domain.metrics import equal_mass_bins
from roost.domain.thresholds import cuts

Vector = npt.NDArray[np.float64]
Points = list[tuple[float, float]]

MOST_POINTS = 120
HISTOGRAM_BINS = 30


def roc_curve(label: Vector, score: Vector) -> Points:
    """False positive rate and true positive rate, from (0, 0) to (1, 1)."""
    at = cuts(label, score)
    positives = label.sum()
    wrong = (at.flagged - at.found) / (len(label) - positives)
    return [(0.0, 0.0), *_thinned(wrong, at.found / positives)]


def precision_recall_curve(label: Vector, score: Vector) -> Points:
    """Recall and precision, from the highest score down."""
    at = cuts(label, score)
    return _thinned(at.found / label.sum(), at.found / at.flagged)


def _thinned(across: Vector, up: Vector) -> Points:
    """Points spread evenly along the curve."""
    steps = np.hypot(np.diff(across, prepend=across[0]), np.diff(up, prepend=up[0]))
    along = np.cumsum(steps)
    wanted = np.linspace(0, along[-1], MOST_POINTS)
    kept = np.unique(np.clip(np.searchsorted(along, wanted), 0, len(along) - 1))
    return list(zip(across[kept].tolist(), up[kept].tolist(), strict=True))


def reliability(label: Vector, score: Vector) -> list[tuple[float, float, int]]:
    """Mean score, observed share of positives and rows of each bin of about equal mass."""
    order = np.argsort(score, kind="stable")
    starts = equal_mass_bins(score[order])
    rows = np.diff(np.append(starts, len(score)))
    said, seen = (np.add.reduceat(column[order], starts) / rows for column in (score, label))
    return list(zip(said.tolist(), seen.tolist(), rows.tolist(), strict=True))


def histogram(label: Vector, score: Vector) -> dict[str, Any]:
    """Rows by score in 30 equal steps from 0 to ``top``, the highest score, for each class."""
    top = max(float(score.max()), 1e-6)
    edges = np.linspace(0, top, HISTOGRAM_BINS + 1)
    counts = {
        name: np.histogram(np.clip(score[label == value], 0, top), edges)[0].tolist()
        for name, value in (("negative", 0), ("positive", 1))
    }
    return {"top": top, "counts": counts}
