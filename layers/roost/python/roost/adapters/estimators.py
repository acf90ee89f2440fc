"""From an estimator's name to a scikit-learn estimator, ready to fit; without the library that converts it."""

import importlib
from typing import Any

from sklearn.base import BaseEstimator, is_classifier, is_regressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from roost.errors import TrainingFailed, UnknownEstimator
from roost.names import Estimator, Problem

ENSEMBLE, LINEAR = "sklearn.ensemble", "sklearn.linear_model"
CLASSIFIERS = {
    Estimator.LOGISTIC_REGRESSION: f"{LINEAR}.LogisticRegression",
    Estimator.HIST_GRADIENT_BOOSTING: f"{ENSEMBLE}.HistGradientBoostingClassifier",
    Estimator.RANDOM_FOREST: f"{ENSEMBLE}.RandomForestClassifier",
    Estimator.EXTRA_TREES: f"{ENSEMBLE}.ExtraTreesClassifier",
    Estimator.GRADIENT_BOOSTING: f"{ENSEMBLE}.GradientBoostingClassifier",
}
REGRESSORS = {
    Estimator.LINEAR_REGRESSION: f"{LINEAR}.LinearRegression",
    Estimator.HIST_GRADIENT_BOOSTING: f"{ENSEMBLE}.HistGradientBoostingRegressor",
    Estimator.RANDOM_FOREST: f"{ENSEMBLE}.RandomForestRegressor",
    Estimator.EXTRA_TREES: f"{ENSEMBLE}.ExtraTreesRegressor",
    Estimator.GRADIENT_BOOSTING: f"{ENSEMBLE}.GradientBoostingRegressor",
}
OF_PROBLEM = {Problem.BINARY: CLASSIFIERS, Problem.MULTICLASS: CLASSIFIERS, Problem.REGRESSION: REGRESSORS}
BLIND_TO_SCALE = (ENSEMBLE, "sklearn.tree", "sklearn.naive_bayes", "sklearn.dummy")  # others see standardised features
RESERVED = {
    "random_state": "the model's seed is used",
    "n_jobs": "trials are fitted side by side instead",
    "categorical_features": "native categories convert wrongly to ONNX; encode them instead",
}


def class_of(estimator: str, problem: Problem) -> type[BaseEstimator]:
    """The class behind a name.

    Raises:
        UnknownEstimator: there is none, or it is not for the problem.
    """
    path = _path(estimator, problem)
    module, _, name = path.rpartition(".")
    try:
        found = getattr(importlib.import_module(module), name)
    except (ImportError, AttributeError) as error:
        raise UnknownEstimator(
            f"estimator {estimator!r}: this scikit-learn has no {path}; check its spelling"
        ) from error
    _check_kind(estimator, found, problem)
    return found  # type: ignore[no-any-return]


def _path(estimator: str, problem: Problem) -> str:
    known = OF_PROBLEM[problem]
    if estimator in known:
        return known[Estimator(estimator)]
    if not estimator.startswith("sklearn."):
        raise UnknownEstimator(f"estimator {estimator!r} is not for a {problem} problem; use one of {', '.join(known)}")
    return estimator


def _check_kind(estimator: str, found: Any, problem: Problem) -> None:
    if not (isinstance(found, type) and issubclass(found, BaseEstimator)):
        raise UnknownEstimator(f"estimator {estimator!r} is no estimator of scikit-learn; name a class that has fit")
    right = is_regressor if problem is Problem.REGRESSION else is_classifier
    try:
        suits = right(found())
    except TypeError as error:
        raise UnknownEstimator(
            f"estimator {estimator!r} is made of other estimators, which parameters cannot name; name one that stands "
            f"alone"
        ) from error
    if not suits:
        wanted = "regressor" if problem is Problem.REGRESSION else "classifier"
        raise UnknownEstimator(f"estimator {estimator!r} is no {wanted}, which a {problem} problem needs")
    if problem is not Problem.REGRESSION and not hasattr(found, "predict_proba"):
        raise UnknownEstimator(
            f"estimator {estimator!r} gives no probabilities; use one with predict_proba, like logistic_regression"
        )


def build(estimator: str, parameters: dict[str, Any], seed: int, problem: Problem) -> Any:
    """An estimator with its parameters and the seed; features are standardised first where scale matters to it.

    Raises:
        UnknownEstimator: there is no such estimator, or it is not for the problem.
        TrainingFailed: it has no such parameter, or one must not be given.
    """
    found = class_of(estimator, problem)
    known = found().get_params()
    _check_parameters(estimator, parameters, known)
    model = found(**parameters, **({"random_state": seed} if "random_state" in known else {}))
    return model if found.__module__.startswith(BLIND_TO_SCALE) else make_pipeline(StandardScaler(), model)


def _check_parameters(estimator: str, parameters: dict[str, Any], known: dict[str, Any]) -> None:
    for name, value in parameters.items():
        if name not in known:
            raise TrainingFailed(f"{estimator} has no parameter {name!r}; it has {', '.join(sorted(known))}")
        if name in RESERVED and value is not None:
            raise TrainingFailed(f"{estimator} must not be given {name!r}: {RESERVED[name]}")
