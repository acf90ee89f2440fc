"""Fit candidates with scikit-learn.

Features are float32 from the start: fitted on the same rounded numbers that will be scored, a tree's threshold never
falls between a float64 value and its float32 rounding, so ONNX and the fitted model agree.
"""

import importlib.metadata
import platform
import warnings
from typing import Any

import numpy as np
import numpy.typing as npt
from threadpoolctl import threadpool_limits

from roost.adapters.estimators import build, class_of
from roost.errors import TrainingFailed
from roost.names import Estimator, Problem

Matrix = npt.NDArray[np.float32]
Floats = npt.NDArray[np.float64]

FORESTS = frozenset({Estimator.RANDOM_FOREST, Estimator.EXTRA_TREES})
LIBRARIES = ("numpy", "scikit-learn", "skl2onnx", "onnx")
THREADS = 1  # trials are fitted side by side, and OpenMP threads that outnumber the cores wait for each other


class ScikitLearnTrainer:
    """Fits estimators of scikit-learn."""

    def check(self, estimator: str, problem: Problem) -> None:
        """Refuse an estimator that could be fitted for nothing.

        Raises:
            UnknownEstimator: scikit-learn has none of the name, it is not for the problem, or has no ONNX form.
        """
        class_of(estimator, problem)
        if estimator not in list(Estimator):
            from roost.adapters.onnx_conversion import check_convertible

            check_convertible(estimator, build(estimator, {}, 0, problem), problem is not Problem.REGRESSION)

    def fit(
        self, estimator: str, parameters: dict[str, Any], seed: int, features: Matrix, label: Floats,
        problem: Problem = Problem.BINARY,
    ) -> "ScikitLearnModel":  # fmt: skip
        """Fit on float32 features of shape (rows, features) and labels of shape (rows,): class numbers, or values.

        Raises:
            UnknownEstimator: there is no such estimator, or it is not for the problem.
            TrainingFailed: an unknown parameter, one that converts silently wrong, or data that scikit-learn refuses.
        """
        model = build(estimator, parameters, seed, problem)
        _check_missing(estimator, features)
        try:
            with warnings.catch_warnings(), threadpool_limits(limits=THREADS):
                warnings.simplefilter("error")
                model.fit(features, label if problem is Problem.REGRESSION else label.astype(np.int64))
        except Exception as error:  # an estimator may raise whatever it likes
            told = str(error) or type(error).__name__
            raise TrainingFailed(f"{estimator} with {parameters} cannot be fitted: {told}") from error
        return ScikitLearnModel(model, problem)

    def environment(self) -> dict[str, Any]:
        """Versions of Python and of the libraries that shape a fitted model."""
        return {
            "python": platform.python_version(),
            "libraries": {name: importlib.metadata.version(name) for name in LIBRARIES},
        }


def _check_missing(estimator: str, features: Matrix) -> None:
    if estimator not in FORESTS:
        return
    columns = [column for column in range(features.shape[1]) if np.isnan(features[:, column]).any()]
    if columns:
        raise TrainingFailed(
            f"{estimator}: features {columns} (counted from 0) have missing values, with which forests "
            f"convert wrongly: declare defaults for them, or use hist_gradient_boosting"
        )


class ScikitLearnModel:
    """A fitted estimator, to be compared and converted; it never leaves the process."""

    def __init__(self, model: Any, problem: Problem) -> None:
        self._model, self._problem = model, problem

    def score(self, features: Matrix) -> Floats:
        """Probability of the positive class, or the value, of shape (rows,); probabilities (rows, classes)."""
        with threadpool_limits(limits=THREADS):
            if self._problem is Problem.REGRESSION:
                values: Floats = np.asarray(self._model.predict(features), dtype=np.float64).reshape(len(features))
                return values
            probabilities: Floats = self._model.predict_proba(features).astype(np.float64)
        return probabilities[:, 1] if self._problem is Problem.BINARY else probabilities

    def to_onnx(self, width: int) -> bytes:
        """ONNX bytes: one float32 input ``features`` of shape (rows, width), scores as the last output.

        Raises:
            UnknownEstimator: the estimator has no ONNX form with these parameters.
        """
        from roost.adapters.onnx_conversion import to_onnx

        return to_onnx(self._model, width, self._problem is not Problem.REGRESSION)
