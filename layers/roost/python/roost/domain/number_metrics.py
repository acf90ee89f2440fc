"""Metrics of regressions in NumPy, defined as scikit-learn defines them.

All take ``label`` and ``score`` of shape (rows,) in the label's unit, and raise ``ValueError`` for no rows, unequal
lengths and numbers that are not finite.
"""

import numpy as np
import numpy.typing as npt

Vector = npt.NDArray[np.float64]


def mean_absolute_error(label: npt.ArrayLike, score: npt.ArrayLike) -> float:
    """Mean distance of score and label, in the label's unit."""
    truth, value = checked_numbers(label, score)
    return float(np.abs(value - truth).mean())


def root_mean_squared_error(label: npt.ArrayLike, score: npt.ArrayLike) -> float:
    """Root of the mean squared distance, in the label's unit."""
    truth, value = checked_numbers(label, score)
    return float(np.sqrt(np.mean((value - truth) ** 2)))


def r2(label: npt.ArrayLike, score: npt.ArrayLike) -> float:
    """Share of the label's variance that the scores explain; negative where the label's mean would do better."""
    truth, value = checked_numbers(label, score)
    spread = float(np.sum((truth - truth.mean()) ** 2))
    if spread == 0.0:
        raise ValueError(f"label must vary; all {truth.size} rows hold {truth[0]:g}")
    return float(1.0 - np.sum((value - truth) ** 2) / spread)


def checked_numbers(label: npt.ArrayLike, score: npt.ArrayLike) -> tuple[Vector, Vector]:
    """Both as finite float64 vectors of one length."""
    truth, value = np.asarray(label, dtype=np.float64), np.asarray(score, dtype=np.float64)
    if truth.ndim != 1 or truth.shape != value.shape or not truth.size:
        raise ValueError(f"label and score must be vectors of one length, not {truth.shape} and {value.shape}")
    for name, numbers in (("label", truth), ("score", value)):
        if not np.isfinite(numbers).all():
            raise ValueError(f"{name} must be finite; {int((~np.isfinite(numbers)).sum())} of {numbers.size} are not")
    return truth, value
