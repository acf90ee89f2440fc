"""Evaluate scores: built-in metrics, the trivial baseline, the decision threshold, agreement of ONNX and fit."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from roost.domain.metrics import average_precision, brier_score, log_loss, roc_auc
from roost.domain.other_metrics import multiclass_metrics, regression_metrics
from roost.errors import ConversionMismatch, TrainingFailed
from roost.names import Problem

Vector = npt.NDArray[np.float64]

TOLERANCE = 1e-5
QUANTILES = 101
LOWER_IS_BETTER = frozenset({"log_loss", "brier_score", "mean_absolute_error", "root_mean_squared_error"})


def built_in_metrics(label: Vector, score: Vector, problem: Problem = Problem.BINARY) -> dict[str, float]:
    """The metrics that every model of the problem has."""
    if problem is Problem.MULTICLASS:
        return multiclass_metrics(label, score)
    if problem is Problem.REGRESSION:
        return regression_metrics(label, score)
    return {
        "roc_auc": roc_auc(label, score),
        "average_precision": average_precision(label, score),
        "log_loss": log_loss(label, score),
        "brier_score": brier_score(label, score),
    }


def trivial_baseline(label: Vector, training_label: Vector, problem: Problem = Problem.BINARY) -> dict[str, float]:
    """Metrics of the constant score that the training data suggest: the share of each class, or the mean label."""
    if problem is Problem.MULTICLASS:
        shares = np.bincount(training_label.astype(np.int64)) / len(training_label)
        return built_in_metrics(label, np.tile(shares, (len(label), 1)), problem)
    return built_in_metrics(label, np.full(label.shape, training_label.mean()), problem)


def review_threshold(score: Vector, review_rate: float) -> float:
    """The lowest score at or above which at most the share ``review_rate`` (0 to 1) of the scores lies.

    Scores that tie are flagged together or not at all, so that reviewers never get more than they can do.
    """
    refused = np.sort(score)[len(score) - int(review_rate * len(score)) - 1]
    above = score[score > refused]
    return float(above.min() if above.size else np.nextafter(refused, np.inf))


def score_quantiles(score: Vector) -> list[float]:
    """101 equally spaced quantiles of scores: the reference for the rank of a served score.

    Of a multiclass model, (rows, classes), a row's score is its highest probability, as it is served.
    """
    served = score if score.ndim == 1 else score.max(axis=1)
    return [float(value) for value in np.quantile(served, np.linspace(0.0, 1.0, QUANTILES))]


def best_candidate(results: Sequence[Mapping[str, Any]], metric: str) -> Mapping[str, Any]:
    """The candidate with the best selection metric; the first of equals.

    Raises:
        TrainingFailed: every candidate failed; the message says why each did.
    """
    trained = [result for result in results if "selection" in result]
    if not trained:
        reasons = "; ".join(f"{result.get('candidate')}: {_cause(result)}" for result in results)
        raise TrainingFailed(f"every candidate failed: {reasons or 'there was none'}")
    sign = -1.0 if metric in LOWER_IS_BETTER else 1.0
    return max(trained, key=lambda result: sign * result["selection"][metric])


def _cause(result: Mapping[str, Any]) -> str:
    error = result.get("error", "unknown")
    return str(error.get("Cause") or error.get("Error")) if isinstance(error, Mapping) else str(error)


def check_agreement(converted: Vector, fitted: Vector) -> float:
    """Largest difference between the ONNX model's and the fitted model's scores of the same rows.

    Scores of a regression beyond 1 are compared relative to their size: float32 has seven digits.

    Raises:
        ConversionMismatch: it is beyond the tolerance, or a score is not a number; the message names the worst row.
    """
    apart = np.abs(converted - fitted) / np.maximum(1.0, np.abs(fitted))
    difference = apart.reshape(len(apart), -1).max(axis=1)
    worst = int(np.argmax(np.where(np.isnan(difference), np.inf, difference)))
    if not difference[worst] <= TOLERANCE:
        raise ConversionMismatch(
            f"holdout row {worst}: ONNX scores {converted[worst]!r}, the fitted model {fitted[worst]!r}; "
            f"at most {TOLERANCE:g} may lie between them"
        )
    return float(difference[worst])
