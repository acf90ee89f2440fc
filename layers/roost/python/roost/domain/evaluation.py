"""Evaluate scores: built-in metrics, the trivial baseline, the choice of a candidate, agreement of ONNX and fit."""

from collections.abc import Callable, Mapping

import numpy as np
import numpy.typing as npt

from roost.domain.class_metrics import accuracy, class_log_loss, macro_f1, macro_roc_auc
from roost.domain.metrics import average_precision, brier_score, calibration_error, log_loss, roc_auc
from roost.domain.number_metrics import mean_absolute_error, r2, root_mean_squared_error
from roost.errors import ConversionMismatch
from roost.names import Problem

Vector = npt.NDArray[np.float64]

TOLERANCE = 1e-5
QUANTILES = 101
LOWER_IS_BETTER = frozenset(
    {
        "log_loss", "brier_score", "calibration_error", "mean_absolute_error", "root_mean_squared_error",
        "flagged_share", "cost_per_row",
    }
)  # fmt: skip
BUILT_IN: Mapping[Problem, Mapping[str, Callable[[Vector, Vector], float]]] = {
    Problem.BINARY: {
        "roc_auc": roc_auc, "average_precision": average_precision, "log_loss": log_loss,
        "brier_score": brier_score, "calibration_error": calibration_error,
    },
    Problem.MULTICLASS: {
        "log_loss": class_log_loss, "accuracy": accuracy, "macro_f1": macro_f1, "macro_roc_auc": macro_roc_auc,
    },
    Problem.REGRESSION: {
        "mean_absolute_error": mean_absolute_error, "root_mean_squared_error": root_mean_squared_error, "r2": r2,
    },
}  # fmt: skip
COMPARABLE: Mapping[Problem, tuple[str, ...]] = {
    Problem.BINARY: ("roc_auc",),
    Problem.MULTICLASS: ("log_loss", "accuracy", "macro_roc_auc"),
    Problem.REGRESSION: ("mean_absolute_error", "root_mean_squared_error"),
}  # of groups: the others depend on a group's size, or on its share of positives
DECISION_METRICS = ("precision", "recall", "flagged_share", "cost_per_row")


def built_in_metrics(problem: Problem, label: Vector, score: Vector) -> dict[str, float]:
    """The metrics that every model of a kind of problem has; scores are (rows,), of several classes (rows, classes)."""
    return {name: metric(label, score) for name, metric in BUILT_IN[problem].items()}


def trivial_scores(problem: Problem, training_label: Vector, like: Vector) -> Vector:
    """What a model without features would say of as many rows: the training labels' mean, or the classes' shares."""
    if problem is not Problem.MULTICLASS:
        return np.full(len(like), training_label.mean())
    counts = np.bincount(training_label.astype(np.intp), minlength=like.shape[1])
    return np.tile(counts / counts.sum(), (len(like), 1))


def oriented(metric: str, difference: float) -> float:
    """A difference of a metric, turned so that more is better."""
    return -difference if metric in LOWER_IS_BETTER else difference


def score_quantiles(score: Vector) -> list[float]:
    """101 equally spaced quantiles of scores: the reference for the rank of a served score.

    Of a multiclass model, (rows, classes), a row's score is its highest probability, as it is served.
    """
    served = score if score.ndim == 1 else score.max(axis=1)
    return [float(value) for value in np.quantile(served, np.linspace(0.0, 1.0, QUANTILES))]


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
