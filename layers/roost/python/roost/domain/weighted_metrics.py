"""Built-in metrics as functions of row weights alone: what a bootstrap calls a thousand times.

Scores are sorted once. A resample is a vector of how often each row was drawn, so a metric of it costs a few passes
over the rows and no sorting. With weights of 1 they equal the metrics of ``metrics.py`` and its neighbours.
"""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from roost.domain.class_metrics import checked_classes, f1_of_counts, row_losses
from roost.domain.metrics import equal_mass_bins
from roost.domain.number_metrics import checked_numbers
from roost.names import Problem

Vector = npt.NDArray[np.float64]
Estimator = Callable[[Vector], tuple[float, ...]]
NONE = float("nan")


def estimator(problem: Problem, label: Vector, score: Vector) -> Estimator:
    """All metrics of a kind of problem, in the order of ``BUILT_IN_METRICS``, of weights of shape (rows,).

    A metric that a resample does not have (of one class only) is NaN.
    """
    if problem is Problem.BINARY:
        return _binary(label, score)
    if problem is Problem.MULTICLASS:
        return _classes(label, score)
    return _numbers(label, score)


def _binary(label: Vector, score: Vector) -> Estimator:
    order = np.argsort(-score, kind="stable")
    truth, value = label[order], score[order]
    epsilon = np.finfo(np.float64).eps
    kept = np.clip(value, epsilon, 1 - epsilon)
    log_losses, squares = -(truth * np.log(kept) + (1 - truth) * np.log1p(-kept)), (value - truth) ** 2
    bins, gap, ranking = equal_mass_bins(value[::-1]), (truth - value)[::-1], _ranking(truth, value)

    def metrics(weights: Vector) -> tuple[float, ...]:
        drawn = weights[order]
        total = float(drawn.sum())
        error = np.abs(np.add.reduceat(drawn[::-1] * gap, bins)).sum() / total
        return (*ranking(drawn), _sum(log_losses, drawn) / total, _sum(squares, drawn) / total, float(error))

    return metrics


def _sum(numbers: Vector, weights: Vector) -> float:
    """A weighted sum; not by BLAS, whose threads cost more than they give, and whose result depends on their number."""
    return float(np.einsum("i,i->", numbers, weights))


def _ranking(truth: Vector, value: Vector) -> Callable[[Vector], tuple[float, float]]:
    """Area under the ROC curve and average precision, of weights of rows in falling order of score.

    Both are sums over the positive rows of what was flagged down to, and above, the rows of the same score.
    """
    hits = np.flatnonzero(truth)
    last, first = np.searchsorted(-value, -value[hits], "right"), np.searchsorted(-value, -value[hits], "left")
    found_last, found_first = np.searchsorted(hits, last), np.searchsorted(hits, first)

    def metrics(drawn: Vector) -> tuple[float, float]:
        flagged, gained = _running(drawn), drawn[hits]
        found = _running(gained)
        positives, negatives = found[-1], flagged[-1] - found[-1]
        if positives == 0 or negatives == 0:
            return NONE, NONE
        wrong, above = flagged[last] - found[found_last], flagged[first] - found[found_first]
        area = _sum(gained, negatives - (wrong + above) / 2) / (positives * negatives)
        return float(area), float(_sum(gained, found[found_last] / np.maximum(flagged[last], 1)) / positives)

    return metrics


def _running(weights: Vector) -> Vector:
    """Sums of the first none, one, two and more weights."""
    sums = np.zeros(len(weights) + 1)
    np.cumsum(weights, out=sums[1:])
    return sums


def _classes(label: Vector, score: Vector) -> Estimator:
    truth, value = checked_classes(label, score)
    classes, predicted, losses = value.shape[1], value.argmax(axis=1), row_losses(truth, value)
    right, cells = (predicted == truth).astype(np.float64), truth * value.shape[1] + predicted
    areas = [_area((truth == index).astype(np.float64), value[:, index]) for index in range(classes)]

    def metrics(weights: Vector) -> tuple[float, ...]:
        total = float(weights.sum())
        counts = np.bincount(cells, weights=weights, minlength=classes**2).astype(np.float64)
        area = float(np.mean([of(weights) for of in areas]))
        return _sum(losses, weights) / total, _sum(right, weights) / total, f1_of_counts(counts, classes), area

    return metrics


def _area(truth: Vector, value: Vector) -> Callable[[Vector], float]:
    order = np.argsort(-value, kind="stable")
    ranking = _ranking(truth[order], value[order])
    return lambda weights: ranking(weights[order])[0]


def _numbers(label: Vector, score: Vector) -> Estimator:
    truth, value = checked_numbers(label, score)
    error = value - truth
    centred = truth - truth.mean()
    terms = (np.abs(error), error**2, centred, centred**2)

    def metrics(weights: Vector) -> tuple[float, ...]:
        total = float(weights.sum())
        absolute, squared, mean, spread = (_sum(term, weights) / total for term in terms)
        variance = spread - mean**2
        return absolute, squared**0.5, (1 - squared / variance if variance > 0 else NONE)

    return metrics
