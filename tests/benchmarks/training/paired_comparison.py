"""Is one procedure at least as good as another, over the same cross-validation folds."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.stats import t as student

CALIBRATION_BINS = 10


@dataclass(frozen=True)
class Paired:
    """Mean of theirs minus ours (positive: ours is lower, so better), its 95 % interval, and the two-sided p."""

    gain: float
    low: float
    high: float
    p: float


def corrected_t(ours: npt.ArrayLike, theirs: npt.ArrayLike, test_over_train: float) -> Paired:
    """The corrected resampled t-test (Nadeau and Bengio, "Inference for the Generalization Error", 2003).

    Folds share training rows, so their differences are correlated and the variance of the mean is not s^2 / n; they
    take s^2 * (1 / n + n_test / n_train). ``test_over_train`` is that last ratio.
    """
    gain = np.asarray(theirs, dtype=np.float64) - np.asarray(ours, dtype=np.float64)
    error = float(np.sqrt(gain.var(ddof=1) * (1 / len(gain) + test_over_train)))
    mean, freedom = float(gain.mean()), len(gain) - 1
    reach = float(student.ppf(0.975, freedom)) * error
    p = float(2 * student.sf(abs(mean) / error, freedom)) if error else float(mean == 0)
    return Paired(mean, mean - reach, mean + reach, p)


def calibration_error(label: npt.NDArray[np.float64], score: npt.NDArray[np.float64]) -> float:
    """Expected calibration error over ten equal bins: mean distance of a bin's mean score and its positive share."""
    bins = np.array_split(np.argsort(score, kind="stable"), CALIBRATION_BINS)
    return float(sum(len(each) * abs(label[each].mean() - score[each].mean()) for each in bins) / len(label))
