"""Metrics of classifiers with several classes in NumPy, defined as scikit-learn defines them.

All take ``label`` (the index of the class as a number, shape (rows,)) and ``score`` (probabilities, shape (rows,
classes)), and raise ``ValueError`` for other shapes, labels beyond the classes and scores that are not finite.
"""

import numpy as np
import numpy.typing as npt

from roost.domain.metrics import roc_auc

Vector = npt.NDArray[np.float64]
Indices = npt.NDArray[np.intp]


def class_log_loss(label: npt.ArrayLike, score: npt.ArrayLike) -> float:
    """Mean negative log-likelihood of the true class in nats."""
    truth, value = checked_classes(label, score)
    return float(row_losses(truth, value).mean())


def accuracy(label: npt.ArrayLike, score: npt.ArrayLike) -> float:
    """Share of rows whose most probable class (the first of equals) is the true one."""
    truth, value = checked_classes(label, score)
    return float(np.mean(value.argmax(axis=1) == truth))


def macro_f1(label: npt.ArrayLike, score: npt.ArrayLike) -> float:
    """Mean over the classes that occur or are predicted of the harmonic mean of precision and recall."""
    truth, value = checked_classes(label, score)
    cells = truth * value.shape[1] + value.argmax(axis=1)
    return f1_of_counts(np.bincount(cells, minlength=value.shape[1] ** 2).astype(np.float64), value.shape[1])


def macro_roc_auc(label: npt.ArrayLike, score: npt.ArrayLike) -> float:
    """Mean over the classes of the area under the ROC curve of one class against the rest; every class must occur."""
    truth, value = checked_classes(label, score)
    return float(np.mean([roc_auc(truth == index, value[:, index]) for index in range(value.shape[1])]))


def row_losses(truth: Indices, value: Vector) -> Vector:
    """Negative log-likelihood of each row's true class; probabilities are kept a machine epsilon away from 0."""
    epsilon = np.finfo(np.float64).eps
    losses: Vector = -np.log(np.clip(value[np.arange(len(truth)), truth], epsilon, 1 - epsilon))
    return losses


def f1_of_counts(counts: Vector, classes: int) -> float:
    """Macro F1 of counts (or weights) of true and predicted class, shape (classes * classes,), true class first."""
    table = counts.reshape(classes, classes)
    seen = table.sum(axis=0) + table.sum(axis=1)
    found = 2 * np.diag(table)
    return float(np.mean(found[seen > 0] / seen[seen > 0]))


def checked_classes(label: npt.ArrayLike, score: npt.ArrayLike) -> tuple[Indices, Vector]:
    """Labels as indices and scores as float64, of fitting shapes."""
    truth, value = np.asarray(label, dtype=np.float64), np.asarray(score, dtype=np.float64)
    if value.ndim != 2 or truth.shape != value.shape[:1] or not truth.size:
        raise ValueError(f"label must be (rows,) and score (rows, classes), not {truth.shape} and {value.shape}")
    if not np.isfinite(value).all():
        raise ValueError(f"score must be finite; {int((~np.isfinite(value)).any(axis=1).sum())} rows are not")
    if not np.isin(truth, np.arange(value.shape[1])).all():
        raise ValueError(f"label must be the index of a class, 0 to {value.shape[1] - 1}")
    return truth.astype(np.intp), value
