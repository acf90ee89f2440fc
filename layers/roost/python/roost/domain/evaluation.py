"""Evaluate scores: built-in metrics, the trivial baseline, the decision threshold, agreement of ONNX and fit."""

import numpy as np
import numpy.typing as npt

from roost.domain.metrics import average_precision, brier_score, log_loss, roc_auc
from roost.errors import ConversionMismatch

Vector = npt.NDArray[np.float64]

TOLERANCE = 1e-5
QUANTILES = 101
LOWER_IS_BETTER = frozenset(
    {"log_loss", "brier_score", "calibration_error", "mean_absolute_error", "root_mean_squared_error"}
)


def built_in_metrics(label: Vector, score: Vector) -> dict[str, float]:
    """The metrics that every binary model has."""
    return {
        "roc_auc": roc_auc(label, score),
        "average_precision": average_precision(label, score),
        "log_loss": log_loss(label, score),
        "brier_score": brier_score(label, score),
    }


def trivial_baseline(label: Vector, training_label: Vector) -> dict[str, float]:
    """Metrics of the constant score that the training data suggest: the share of positives."""
    return built_in_metrics(label, np.full(label.shape, training_label.mean()))


def review_threshold(score: Vector, review_rate: float) -> float:
    """The lowest score at or above which at most the share ``review_rate`` (0 to 1) of the scores lies.

    Scores that tie are flagged together or not at all, so that reviewers never get more than they can do.
    """
    refused = np.sort(score)[len(score) - int(review_rate * len(score)) - 1]
    above = score[score > refused]
    return float(above.min() if above.size else np.nextafter(refused, np.inf))


def score_quantiles(score: Vector) -> list[float]:
    """101 equally spaced quantiles of scores: the reference for the rank of a served score."""
    return [float(value) for value in np.quantile(score, np.linspace(0.0, 1.0, QUANTILES))]


def check_agreement(converted: Vector, fitted: Vector) -> float:
    """Largest difference between the ONNX model's and the fitted model's scores of the same rows.

    Scores are (rows,) or (rows, classes). Beyond 1 they are compared relatively: float32 has seven digits.

    Raises:
        ConversionMismatch: it is beyond the tolerance, or a score is not a number; the message names the worst row.
    """
    difference = np.abs(converted - fitted) / np.maximum(1.0, np.abs(fitted))
    by_row = difference.reshape(len(difference), -1).max(axis=1)
    worst = int(np.argmax(np.where(np.isnan(by_row), np.inf, by_row)))
    if not by_row[worst] <= TOLERANCE:
        raise ConversionMismatch(
            f"holdout row {worst}: ONNX scores {converted[worst]!r}, the fitted model {fitted[worst]!r}; "
            f"at most {TOLERANCE:g} may lie between them. The estimator does not convert exactly: use another, like "
            f"hist_gradient_boosting"
        )
    return float(by_row[worst])
