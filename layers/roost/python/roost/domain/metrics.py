"""Metrics of binary classifiers in NumPy, defined as scikit-learn defines them.

Evaluation runs where the model will serve, and scikit-learn is not there. All functions take ``label`` (0 or 1) and
``score`` of shape (rows,), and raise ``ValueError`` for other labels, one class only, no rows, unequal lengths and
scores that are not finite.
"""

import numpy as np
import numpy.typing as npt

Vector = npt.NDArray[np.float64]

BINS = 10


def roc_auc(label: npt.ArrayLike, score: npt.ArrayLike) -> float:
    """Area under the ROC curve: the chance that a positive outscores a negative, ties counting half.

    The Mann-Whitney statistic (Hanley and McNeil, "The Meaning and Use of the Area under a ROC Curve", 1982).
    """
    truth, value = _checked(label, score)
    _, group, size = np.unique(value, return_inverse=True, return_counts=True)
    mean_rank = np.cumsum(size) - (size - 1) / 2
    positives = truth.sum()
    negatives = truth.size - positives
    rank_sum = mean_rank[group][truth == 1].sum()
    return float((rank_sum - positives * (positives + 1) / 2) / (positives * negatives))


def average_precision(label: npt.ArrayLike, score: npt.ArrayLike) -> float:
    """Precision at each distinct score, weighted by the recall that it adds."""
    truth, value = _checked(label, score)
    order = np.argsort(-value, kind="stable")
    ends = np.flatnonzero(np.append(np.diff(value[order]) != 0, True))
    found = np.cumsum(truth[order])[ends]
    precision = found / (ends + 1)
    gained = np.diff(found, prepend=0.0) / truth.sum()
    return float((gained * precision).sum())


def log_loss(label: npt.ArrayLike, score: npt.ArrayLike) -> float:
    """Mean negative log-likelihood in nats; scores are kept a machine epsilon away from 0 and 1."""
    truth, value = _checked(label, score)
    epsilon = np.finfo(np.float64).eps
    kept = np.clip(value, epsilon, 1 - epsilon)
    return float(-np.mean(truth * np.log(kept) + (1 - truth) * np.log1p(-kept)))


def brier_score(label: npt.ArrayLike, score: npt.ArrayLike) -> float:
    """Mean squared difference of score and label (Brier, 1950)."""
    truth, value = _checked(label, score)
    return float(np.mean((value - truth) ** 2))


def calibration_error(label: npt.ArrayLike, score: npt.ArrayLike) -> float:
    """Expected calibration error: mean distance of score and observed share over 10 bins of equal mass.

    Bins of equal mass depend less on the scores' distribution than bins of equal width (Nixon et al., "Measuring
    Calibration in Deep Learning", 2019). Equal scores share a bin. It is biased upwards: a perfectly calibrated model
    has a positive one on a finite set.
    """
    truth, value = _checked(label, score)
    order = np.argsort(value, kind="stable")
    gaps = np.add.reduceat((truth - value)[order], equal_mass_bins(value[order]))
    return float(np.abs(gaps).sum() / truth.size)


def equal_mass_bins(ascending: Vector, bins: int = BINS) -> npt.NDArray[np.intp]:
    """Where each bin begins in ascending scores: bins of about equal size that do not part equal scores."""
    wanted = np.arange(bins) * len(ascending) // bins
    starts: npt.NDArray[np.intp] = np.unique(np.searchsorted(ascending, ascending[wanted], side="left"))
    return starts


def _checked(label: npt.ArrayLike, score: npt.ArrayLike) -> tuple[Vector, Vector]:
    truth, value = np.asarray(label, dtype=np.float64), np.asarray(score, dtype=np.float64)
    if truth.ndim != 1 or truth.shape != value.shape:
        raise ValueError(f"label and score must be vectors of one length, not {truth.shape} and {value.shape}")
    if not np.isfinite(value).all():
        raise ValueError(f"score must be finite; {int((~np.isfinite(value)).sum())} of {value.size} are not")
    if not np.isin(truth, (0.0, 1.0)).all():
        raise ValueError("label must be 0 or 1")
    if truth.size == 0 or truth.min() == truth.max():
        raise ValueError(f"label must hold both classes; {truth.size} rows hold {int(truth.sum())} positives")
    return truth, value
