"""Metrics of multiclass models and regressions in NumPy, defined as scikit-learn defines them.

``label`` is float64 of shape (rows,); ``score`` of a multiclass model is (rows, classes), of a regression (rows,).
"""

import numpy as np
import numpy.typing as npt

from roost.domain.metrics import roc_auc

Array = npt.NDArray[np.float64]


def multiclass_metrics(label: Array, score: Array) -> dict[str, float]:
    """Log loss in nats, accuracy, and the means over classes of F1 and of one against the rest's area under ROC."""
    truth, classes = label.astype(np.int64), range(score.shape[1])
    shares = score / score.sum(axis=1, keepdims=True)
    likely = np.clip(shares[np.arange(len(truth)), truth], np.finfo(np.float64).eps, 1.0)
    chosen = score.argmax(axis=1)
    return {
        "log_loss": float(-np.log(likely).mean()),
        "accuracy": float((chosen == truth).mean()),
        "macro_f1": float(np.mean([_f1(truth == each, chosen == each) for each in classes])),
        "macro_roc_auc": float(np.mean([roc_auc(truth == each, score[:, each]) for each in classes])),
    }


def regression_metrics(label: Array, score: Array) -> dict[str, float]:
    """Mean absolute error, root mean squared error, and the share of variance that is explained."""
    error = score - label
    return {
        "mean_absolute_error": float(np.abs(error).mean()),
        "root_mean_squared_error": float(np.sqrt((error**2).mean())),
        "r2": float(1 - (error**2).sum() / ((label - label.mean()) ** 2).sum()),
    }


def _f1(truth: npt.NDArray[np.bool_], chosen: npt.NDArray[np.bool_]) -> float:
    both = int(truth.sum() + chosen.sum())
    return 2 * int((truth & chosen).sum()) / both if both else 0.0
