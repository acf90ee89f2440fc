"""Score rows with a model package: the one path of the endpoint, the smoke test and the golden rows."""

import bisect
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from roost.domain.calibration import Calibrator, Uncalibrated, from_manifest
from roost.domain.feature_vector import FeaturePlan, vectors
from roost.names import Problem

Value = float | None
ROUNDING = 1e-6  # of float32 probabilities


class Model(Protocol):
    """Anything that scores a float32 matrix of shape (rows, features)."""

    def score(self, features: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        """Probabilities or values of shape (rows,); of a multiclass model (rows, classes)."""
        ...


class CalibratedModel:
    """A model whose scores pass through its package's calibrator: what everything but evaluation calls the score."""

    def __init__(self, model: Model, calibrator: Calibrator) -> None:
        self._model, self._calibrator = model, calibrator

    def score(self, features: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        """Calibrated scores; one row, as a request has, goes without arrays."""
        raw = self._model.score(features)
        if raw.size == 1:
            calibrated = np.empty(1, dtype=np.float32)  # a third of what np.array of a list takes
            calibrated[0] = self._calibrator.one(raw.item())
            return calibrated
        return self._calibrator.many(raw.astype(np.float64)).astype(np.float32)


def calibrated(model: Model, manifest: Mapping[str, Any]) -> Model:
    """The model with the calibration that its package's manifest names, if any."""
    calibrator = from_manifest(manifest)
    return model if isinstance(calibrator, Uncalibrated) else CalibratedModel(model, calibrator)


@dataclass(frozen=True)
class Scored:
    """One row's score, its rank within the holdout scores (0 to 1) and the features that fell back to a default.

    A multiclass model has the ``probabilities`` of all its classes; the highest is the score.
    """

    score: float
    rank: float
    defaulted: tuple[str, ...]
    probabilities: tuple[float, ...] = ()


def score_rows(plan: FeaturePlan, model: Model, rows: Sequence[Mapping[str, Value]]) -> list[Any]:
    """Scores of rows given as input name to number, None where missing; of a multiclass model a list for each row."""
    inputs = np.array([[row[name] for name in plan.inputs] for row in rows], dtype=np.float64)  # None becomes NaN
    scores: list[Any] = model.score(vectors(plan, inputs.T)).tolist()
    return scores


def defaulted(plan: FeaturePlan, row: Mapping[str, Value]) -> tuple[str, ...]:
    """Names of the row's missing inputs that a declared default replaces."""
    return tuple(name for name in plan.defaults if row.get(name) is None)


def rank(reference: Sequence[float], score: float) -> float:
    """Rank of a score within a reference given by its equally spaced quantiles, 0 to 1, ties in the middle.

    The probability integral transform: uniform with mean 0.5 while scores are distributed like the reference.
    """
    low, high = bisect.bisect_left(reference, score), bisect.bisect_right(reference, score)
    return (low + high) / (2 * len(reference))


def score_row(plan: FeaturePlan, model: Model, reference: Sequence[float], row: Mapping[str, Value]) -> Scored:
    """Score one row. The score may be NaN where the model gives none; the caller decides what that means."""
    found = score_rows(plan, model, [row])[0]
    probabilities = tuple(found) if isinstance(found, list) else ()
    score = highest(probabilities) if probabilities else found
    place = 0.0 if math.isnan(score) else rank(reference, score)
    return Scored(score, place, defaulted(plan, row), probabilities)


def highest(probabilities: Sequence[float]) -> float:
    """The highest of a row's probabilities; NaN if any is."""
    return math.nan if any(map(math.isnan, probabilities)) else max(probabilities)


def usable(manifest: Mapping[str, Any], score: float) -> bool:
    """Whether a score is one: a finite number, and a probability where the model gives those."""
    if manifest.get("problem") == Problem.REGRESSION:
        return math.isfinite(score)
    return -ROUNDING <= score <= 1 + ROUNDING  # false for NaN


def answer_of(manifest: Mapping[str, Any], scored: Scored) -> dict[str, Any]:
    """What an answer says of a row: ``score``, and by the model's kind and definition more.

    A multiclass model's ``prediction`` and ``scores`` by class; ``decision`` and ``threshold`` where one is declared.
    """
    told: dict[str, Any] = {"score": scored.score}
    if scored.probabilities:
        scores = dict(zip(manifest["classes"], scored.probabilities, strict=True))
        told |= {"prediction": max(scores, key=scores.__getitem__), "scores": scores}
    if manifest["decision"]:
        told["decision"], told["threshold"] = decision(manifest, scored.score), manifest["threshold"]
    return told


def decision(manifest: Mapping[str, Any], score: float) -> str:
    """The declared decision for a score: positive at or above the threshold."""
    named: str = manifest["decision"]["positive" if score >= manifest["threshold"] else "negative"]
    return named
