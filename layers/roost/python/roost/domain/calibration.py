"""Calibration: from a model's raw score to a probability, fitted on the comparison fold, kept in the package.

Platt scaling (Platt, "Probabilistic Outputs for Support Vector Machines", 1999) fits a logistic curve to the score's
log odds; isotonic regression (Zadrozny and Elkan, "Transforming Classifier Scores into Accurate Multiclass Probability
Estimates", 2002) any rising curve. Isotonic regression makes scores equal that were not: rows on one step can no
longer be ranked, and a threshold takes or leaves them together.
"""

import bisect
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

Vector = npt.NDArray[np.float64]

NONE, PLATT, ISOTONIC = "none", "platt", "isotonic"
EDGE = 1e-7  # float32 scores of 0 and 1 have no log odds
STEPS = 100
CONVERGED = 1e-10


class Calibrator(Protocol):
    """A rising curve from raw score to probability."""

    def many(self, scores: Vector) -> Vector:
        """Probabilities of raw scores, shape (rows,)."""
        ...

    def one(self, score: float) -> float:
        """Probability of one raw score, without arrays."""
        ...

    def to_manifest(self) -> dict[str, Any]:
        """The curve as JSON values."""
        ...


@dataclass(frozen=True)
class Uncalibrated:
    """The raw score."""

    def many(self, scores: Vector) -> Vector:
        """The scores as they are."""
        return scores

    def one(self, score: float) -> float:
        """The score as it is."""
        return score

    def to_manifest(self) -> dict[str, Any]:
        """The method alone."""
        return {"method": NONE}


@dataclass(frozen=True)
class Platt:
    """``1 / (1 + exp(-(slope * log odds + offset)))``."""

    slope: float
    offset: float

    def many(self, scores: Vector) -> Vector:
        """The curve at many scores."""
        calibrated: Vector = 1.0 / (1.0 + np.exp(-(self.slope * log_odds(scores) + self.offset)))
        return calibrated

    def one(self, score: float) -> float:
        """The curve at one score."""
        kept = EDGE if score < EDGE else 1 - EDGE if score > 1 - EDGE else score
        return 1.0 / (1.0 + math.exp(-(self.slope * math.log(kept / (1 - kept)) + self.offset)))

    def to_manifest(self) -> dict[str, Any]:
        """Method and numbers."""
        return {"method": PLATT, "slope": self.slope, "offset": self.offset}


@dataclass(frozen=True)
class Isotonic:
    """Straight lines between the points (raw score, probability), flat beyond the first and the last."""

    scores: list[float]
    probabilities: list[float]

    def many(self, scores: Vector) -> Vector:
        """The curve at many scores."""
        calibrated: Vector = np.interp(scores, self.scores, self.probabilities)
        return calibrated

    def one(self, score: float) -> float:
        """The curve at one score."""
        place = bisect.bisect_right(self.scores, score)
        if place == 0 or place == len(self.scores):
            return math.nan if math.isnan(score) else self.probabilities[min(place, len(self.scores) - 1)]
        left, right = self.scores[place - 1], self.scores[place]
        low, high = self.probabilities[place - 1], self.probabilities[place]
        return (high - low) / (right - left) * (score - left) + low

    def to_manifest(self) -> dict[str, Any]:
        """Method and points."""
        return {"method": ISOTONIC, "scores": self.scores, "probabilities": self.probabilities}


def from_manifest(manifest: Mapping[str, Any]) -> Calibrator:
    """The calibrator of a package; one made before calibration existed has none."""
    found = manifest.get("calibration", {"method": NONE})
    match found["method"]:
        case "platt":
            return Platt(found["slope"], found["offset"])
        case "isotonic":
            return Isotonic(found["scores"], found["probabilities"])
    return Uncalibrated()


def fit(method: str, label: Vector, score: Vector) -> Calibrator:
    """Fit a method to labels 0 or 1 and raw scores of the comparison fold, both (rows,)."""
    if method == PLATT:
        return _platt(label, log_odds(score))
    return _isotonic(label, score) if method == ISOTONIC else Uncalibrated()


def log_odds(scores: Vector) -> Vector:
    """``log(p / (1 - p))`` of scores from 0 to 1."""
    kept = np.clip(scores, EDGE, 1 - EDGE)
    odds: Vector = np.log(kept / (1 - kept))
    return odds


def _platt(label: Vector, value: Vector) -> Platt:
    """Newton's method on Platt's smoothed targets, with step halving (Lin, Lin and Weng, 2007)."""
    positives = label.sum()
    high, low = (positives + 1) / (positives + 2), 1 / (len(label) - positives + 2)
    target = np.where(label == 1, high, low)
    found = np.array([0.0, math.log((positives + 1) / (len(label) - positives + 1))])
    design = np.stack([value, np.ones_like(value)])
    loss = _loss(found, design, target)
    for _ in range(STEPS):
        share = 1 / (1 + np.exp(-np.clip(np.einsum("i,ij->j", found, design), -500, 500)))
        gradient = np.einsum("ij,j->i", design, share - target)
        curvature = np.einsum("ij,j,kj->ik", design, share * (1 - share), design) + 1e-10 * np.eye(2)
        found, improved = _stepped(found, np.linalg.solve(curvature, gradient), loss, design, target)
        if loss - improved < CONVERGED * len(label):
            break
        loss = improved
    return Platt(float(found[0]), float(found[1]))


def _stepped(at: Vector, step: Vector, loss: float, design: Vector, target: Vector) -> tuple[Vector, float]:
    for halving in range(30):
        moved = at - step / 2**halving
        reached = _loss(moved, design, target)
        if reached <= loss:
            return moved, reached
    return at, loss


def _loss(at: Vector, design: Vector, target: Vector) -> float:
    value = np.einsum("i,ij->j", at, design)
    return float(np.sum(np.logaddexp(0, value) - target * value))


def _isotonic(label: Vector, score: Vector) -> Isotonic:
    """Pool adjacent violators (Ayer et al., 1955); steps keep off 0 and 1 as far as the rows can tell."""
    points, place, rows = np.unique(score, return_inverse=True, return_counts=True)
    blocks = _pooled(np.bincount(place, weights=label).astype(np.float64), rows)
    edge = 1 / (len(label) + 2)
    kept_scores: list[float] = []
    kept: list[float] = []
    for first, last, share in blocks:
        for corner in dict.fromkeys((first, last)):
            kept_scores.append(float(points[corner]))
            kept.append(float(min(max(share, edge), 1 - edge)))
    return Isotonic(kept_scores, kept)


def _pooled(positives: Vector, rows: npt.NDArray[np.intp]) -> list[tuple[int, int, float]]:
    """First and last point and share of positives of each block."""
    blocks: list[tuple[int, float, float]] = []
    for index, (found, count) in enumerate(zip(positives.tolist(), rows.tolist(), strict=True)):
        first, hits, size = index, found, float(count)
        while blocks and blocks[-1][1] * size >= hits * blocks[-1][2]:
            first, earlier, more = blocks.pop()
            hits, size = hits + earlier, size + more
        blocks.append((first, hits, size))
    ends = [first - 1 for first, _, _ in blocks[1:]] + [len(rows) - 1]
    return [(first, last, hits / size) for (first, hits, size), last in zip(blocks, ends, strict=True)]
