"""Fit candidates with scikit-learn and convert them to ONNX with skl2onnx.

Features are float32 from the start: fitted on the same rounded numbers that will be scored, a tree's threshold never
falls between a float64 value and its float32 rounding, so ONNX and the fitted model agree.
"""

import importlib.metadata
import platform
import warnings
from typing import Any

import numpy as np
import numpy.typing as npt
from skl2onnx import convert_sklearn
from skl2onnx.common.data_types import FloatTensorType
from sklearn.ensemble import (
    ExtraTreesClassifier,
    ExtraTreesRegressor,
    GradientBoostingClassifier,
    GradientBoostingRegressor,
    HistGradientBoostingClassifier,
    HistGradientBoostingRegressor,
    RandomForestClassifier,
    RandomForestRegressor,
)
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from threadpoolctl import threadpool_limits

from roost.errors import TrainingFailed
from roost.names import Problem

Matrix = npt.NDArray[np.float32]
Vector = npt.NDArray[np.float64]

CLASSIFIERS: dict[str, Any] = {
    "logistic_regression": LogisticRegression,
    "hist_gradient_boosting": HistGradientBoostingClassifier,
    "random_forest": RandomForestClassifier,
    "extra_trees": ExtraTreesClassifier,
    "gradient_boosting": GradientBoostingClassifier,
}
REGRESSORS: dict[str, Any] = {
    "hist_gradient_boosting": HistGradientBoostingRegressor,
    "random_forest": RandomForestRegressor,
    "extra_trees": ExtraTreesRegressor,
    "gradient_boosting": GradientBoostingRegressor,
}
SCALED = frozenset({"logistic_regression"})
FORESTS = frozenset({"random_forest", "extra_trees"})
RESERVED = {
    "random_state": "the model's seed is used",
    "n_jobs": "candidates are fitted side by side instead",
    "categorical_features": "native categories convert wrongly to ONNX; encode them instead",
}
LIBRARIES = ("numpy", "scikit-learn", "skl2onnx", "onnx")
INPUT = "features"
OPSET = 21
THREADS = 1  # candidates are fitted side by side, and OpenMP threads that outnumber the cores wait for each other


class ScikitLearnTrainer:
    """Fits estimators of scikit-learn."""

    def fit(
        self,
        estimator: str,
        parameters: dict[str, Any],
        seed: int,
        features: Matrix,
        label: Vector,
        problem: Problem = Problem.BINARY,
    ) -> "ScikitLearnModel":
        """Fit on float32 features of shape (rows, features) and labels of shape (rows,), classes by their numbers.

        Raises:
            TrainingFailed: an unknown parameter, one that converts silently wrong, or data that scikit-learn refuses.
        """
        made = _class(estimator, problem)
        _check_parameters(estimator, made, parameters)
        _check_missing(estimator, features)
        model = made(**parameters, random_state=seed)
        if estimator in SCALED:
            model = make_pipeline(StandardScaler(), model)
        try:
            with warnings.catch_warnings(), threadpool_limits(limits=THREADS):
                warnings.simplefilter("error")
                model.fit(features, label if problem is Problem.REGRESSION else label.astype(np.int64))
        except (ValueError, TypeError, Warning) as error:
            raise TrainingFailed(f"{estimator} with {parameters} cannot be fitted: {error}") from error
        return ScikitLearnModel(model, problem)

    def environment(self) -> dict[str, Any]:
        """Versions of Python and of the libraries that shape a fitted model."""
        return {
            "python": platform.python_version(),
            "libraries": {name: importlib.metadata.version(name) for name in LIBRARIES},
        }


def _class(estimator: str, problem: Problem) -> Any:
    found = REGRESSORS if problem is Problem.REGRESSION else CLASSIFIERS
    if estimator not in found:
        raise TrainingFailed(f"there is no {estimator} for a {problem.value}; there are {', '.join(sorted(found))}")
    return found[estimator]


def _check_parameters(estimator: str, made: Any, parameters: dict[str, Any]) -> None:
    known = made().get_params()
    for name, value in parameters.items():
        if name not in known:
            raise TrainingFailed(f"{estimator} has no parameter {name!r}; it has {', '.join(sorted(known))}")
        if name in RESERVED and value is not None:
            raise TrainingFailed(f"{estimator} must not be given {name!r}: {RESERVED[name]}")


def _check_missing(estimator: str, features: Matrix) -> None:
    columns = np.flatnonzero(np.isnan(features).any(axis=0))
    if estimator in FORESTS and len(columns):
        raise TrainingFailed(
            f"{estimator}: features {columns.tolist()} (counted from 0) have missing values, with which forests "
            f"convert wrongly: declare defaults for them, or use hist_gradient_boosting"
        )


class ScikitLearnModel:
    """A fitted estimator, to be compared and converted; it never leaves the process."""

    def __init__(self, model: Any, problem: Problem = Problem.BINARY) -> None:
        self._model, self._problem = model, problem

    def score(self, features: Matrix) -> Vector:
        """Probability of the positive class or value, float64 (rows,); of a multiclass model (rows, classes)."""
        with threadpool_limits(limits=THREADS):
            if self._problem is Problem.REGRESSION:
                return np.asarray(self._model.predict(features), dtype=np.float64)
            scores = np.asarray(self._model.predict_proba(features), dtype=np.float64)
        return scores if self._problem is Problem.MULTICLASS else scores[:, 1]

    def to_onnx(self, width: int) -> bytes:
        """ONNX bytes: one float32 input ``features`` of shape (rows, width); the last output holds the scores."""
        converted = convert_sklearn(
            self._model,
            name="roost",
            initial_types=[(INPUT, FloatTensorType([None, width]))],
            options={} if self._problem is Problem.REGRESSION else {"zipmap": False},
            target_opset=OPSET,
        )
        converted.opset_import.sort(key=lambda operators: operators.domain)  # skl2onnx collects them in a set
        body: bytes = converted.SerializeToString(deterministic=True)
        return body
