"""From raw scores to decisions: calibration and threshold, both from the comparison fold alone."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from roost.domain.calibration import Uncalibrated
from roost.domain.calibration_choice import ChosenCalibration, chosen_calibration
from roost.domain.thresholds import (
    Costs,
    cheapest_threshold,
    complete_threshold,
    precise_threshold,
    review_threshold,
)
from roost.names import Fold, Problem
from roost.spec import DecisionThreshold, Model
from roost.workflows.training_set import TrainingSet

Vector = npt.NDArray[np.float64]


@dataclass(frozen=True)
class DecisionRule:
    """The chosen calibration, and the threshold on calibrated scores; None of a model that decides nothing."""

    calibration: ChosenCalibration
    threshold: float | None


def decision_rule(model: Model, data: TrainingSet, raw: Vector) -> DecisionRule:
    """Calibrate and cut the raw scores (rows,) of the comparison fold; only binary models are calibrated.

    Raises:
        ThresholdUnreachable: no threshold keeps what the definition demands.
    """
    label = data.label[data.folds[Fold.SELECTION_TEST]]
    calibration = ChosenCalibration("none", Uncalibrated(), {})
    if model.problem is Problem.BINARY:
        calibration = chosen_calibration(model.calibration, label, raw, model.seed)
    if model.threshold is None:
        return DecisionRule(calibration, None)
    scores, cost = as_served(calibration.calibrator.many(raw)), costs(model, data, Fold.SELECTION_TEST)
    return DecisionRule(calibration, _threshold(model.threshold, cost, label, scores))


def as_served(scores: npt.NDArray[Any]) -> Vector:
    """Scores as the package gives them: rounded to float32."""
    rounded: Vector = scores.astype(np.float32).astype(np.float64)
    return rounded


def costs(model: Model, data: TrainingSet, fold: str) -> Costs | None:
    """What wrong decisions cost by row of a fold; None where the model does not say."""
    rule = model.threshold
    if rule is None or rule.cost_of_false_positive is None or rule.cost_of_false_negative is None:
        return None
    rows = data.folds[fold]
    return Costs(_cost(data, rows, rule.cost_of_false_positive), _cost(data, rows, rule.cost_of_false_negative))


def _cost(data: TrainingSet, rows: npt.NDArray[np.bool_], declared: float | str) -> Vector:
    if isinstance(declared, str):
        return data.columns[declared][rows].astype(np.float64)
    return np.full(int(rows.sum()), declared)


def _threshold(rule: DecisionThreshold, cost: Costs | None, label: Vector, scores: Vector) -> float:
    if rule.review_rate is not None:
        return review_threshold(scores, rule.review_rate)
    if rule.min_precision is not None:
        return precise_threshold(label, scores, rule.min_precision)
    if rule.min_recall is not None or cost is None:
        return complete_threshold(label, scores, rule.min_recall or 1.0)
    return cheapest_threshold(label, scores, cost)
