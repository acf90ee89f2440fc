"""The score at or above which a decision is positive: from a rate, a bound on precision or recall, or a cost.

All take ``label`` (0 or 1) and calibrated ``score`` of the comparison fold, shape (rows,). Scores that tie are flagged
together or not at all.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from roost.errors import ThresholdUnreachable

Vector = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Costs:
    """What a wrong decision costs, by row (rows,): flagging a negative, and not flagging a positive."""

    false_positive: Vector
    false_negative: Vector

    def of(self, label: Vector, flagged: npt.NDArray[np.bool_]) -> Vector:
        """The cost of each row under a decision."""
        wrong: Vector = np.where(flagged, (label == 0) * self.false_positive, (label == 1) * self.false_negative)
        return wrong


@dataclass(frozen=True)
class Cuts:
    """Every place where the scores can be cut: the lowest flagged score, and how many rows and positives it flags."""

    score: Vector
    flagged: Vector
    found: Vector
    order: npt.NDArray[np.intp]
    ends: npt.NDArray[np.intp]


def cuts(label: Vector, score: Vector) -> Cuts:
    """The cuts from the highest score down."""
    order = np.argsort(-score, kind="stable")
    ends = np.flatnonzero(np.append(np.diff(score[order]) != 0, True))
    return Cuts(score[order][ends], (ends + 1).astype(np.float64), np.cumsum(label[order])[ends], order, ends)


def review_threshold(score: Vector, review_rate: float) -> float:
    """The lowest score at or above which at most the share ``review_rate`` (0 to 1) of the scores lies.

    Reviewers never get more than they can do.
    """
    refused = np.sort(score)[len(score) - int(review_rate * len(score)) - 1]
    above = score[score > refused]
    return float(above.min() if above.size else np.nextafter(refused, np.inf))


def precise_threshold(label: Vector, score: Vector, min_precision: float) -> float:
    """The lowest score that keeps precision at ``min_precision``: the most positives that it allows to find.

    Raises:
        ThresholdUnreachable: no score does.
    """
    at = cuts(label, score)
    precision = at.found / at.flagged
    good = np.flatnonzero(precision >= min_precision)
    if not good.size:
        raise ThresholdUnreachable(
            f"threshold.min_precision {min_precision:g} is reached by no score of the comparison fold; the best is "
            f"{precision.max():.4f}: lower it, or improve the model"
        )
    return float(at.score[good[-1]])


def complete_threshold(label: Vector, score: Vector, min_recall: float) -> float:
    """The highest score that finds the share ``min_recall`` of the positives: the fewest rows flagged for it."""
    at = cuts(label, score)
    return float(at.score[np.argmax(at.found >= min_recall * at.found[-1])])


def cheapest_threshold(label: Vector, score: Vector, costs: Costs) -> float:
    """The score with the least total cost; the highest of equals, and above all scores if flagging never pays."""
    at = cuts(label, score)
    order = at.order
    flagging = np.where(label == 0, costs.false_positive, -costs.false_negative)[order]
    totals = np.concatenate([[0.0], np.cumsum(flagging)[at.ends]])
    best = int(np.argmin(totals))
    return float(at.score[best - 1]) if best else float(np.nextafter(score.max(), np.inf))


def decision_estimator(
    label: Vector, flagged: npt.NDArray[np.bool_], costs: Costs | None
) -> Callable[[Vector], tuple[float, ...]]:
    """Precision, recall, share flagged, and where costs are known the cost per row, of row weights."""
    hit, told = flagged * label, flagged.astype(np.float64)
    cost = costs.of(label, flagged) if costs else None

    def metrics(weights: Vector) -> tuple[float, ...]:
        total, found, said = (float(np.einsum("i,i->", weights, rows)) for rows in (label, hit, told))
        rows = float(weights.sum())
        shares = (found / said if said else 0.0, found / total if total else float("nan"), said / rows)
        return shares if cost is None else (*shares, float(np.einsum("i,i->", weights, cost)) / rows)

    return metrics
