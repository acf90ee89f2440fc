"""Which calibration to use: by cross-fitting within the comparison fold, never on the holdout."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from roost.domain.calibration import ISOTONIC, NONE, PLATT, Calibrator, fit
from roost.domain.class_metrics import row_losses

Vector = npt.NDArray[np.float64]

AUTO = "auto"
PARTS = 5
METHODS = (NONE, PLATT, ISOTONIC)  # simplest first


@dataclass(frozen=True)
class ChosenCalibration:
    """The calibrator, its method, and each method's cross-fitted log loss in nats (empty if none was compared)."""

    method: str
    calibrator: Calibrator
    log_losses: dict[str, float]


def chosen_calibration(wanted: str, label: Vector, score: Vector, seed: int) -> ChosenCalibration:
    """Fit the wanted method, or with ``auto`` the simplest that is as good as the best.

    Each fifth of the rows (drawn by ``seed``, within each class) is scored by curves fitted to the other rows. As good
    means: a log loss within one standard error of the best one's (Breiman et al., "Classification and Regression
    Trees", 1984, section 3.4.3), the standard error being that of the paired difference.
    """
    if wanted != AUTO:
        return ChosenCalibration(wanted, fit(wanted, label, score), {})
    losses = {method: _cross_fitted(method, label, score, seed) for method in METHODS}
    best = losses[min(METHODS, key=lambda method: float(losses[method].mean()))]
    method = next(method for method in METHODS if _as_good(losses[method], best))
    means = {name: float(rows.mean()) for name, rows in losses.items()}
    return ChosenCalibration(method, fit(method, label, score), means)


def _as_good(losses: Vector, best: Vector) -> bool:
    difference = losses - best
    error: float = float(difference.std()) / len(difference) ** 0.5
    return float(difference.mean()) <= error


def _cross_fitted(method: str, label: Vector, score: Vector, seed: int) -> Vector:
    """Log loss of each row by a curve that has not seen it; by the fold's own curve where a class is too rare."""
    part = _parts(label, seed)
    calibrated = np.empty_like(score)
    for number in range(PARTS):
        held = part == number
        others = ~held if 0 < label[~held].sum() < (~held).sum() else np.ones_like(held)
        calibrated[held] = fit(method, label[others], score[others]).many(score[held])
    return row_losses(label.astype(np.intp), np.stack([1 - calibrated, calibrated], axis=1))


def _parts(label: Vector, seed: int) -> npt.NDArray[np.intp]:
    random = np.random.default_rng(seed)
    part = np.empty(len(label), dtype=np.intp)
    for value in (0.0, 1.0):
        rows = np.flatnonzero(label == value)
        part[rows] = random.permutation(np.arange(len(rows)) % PARTS)
    return part
