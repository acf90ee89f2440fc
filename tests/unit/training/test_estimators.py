"""Which estimators there are, for which problem, and that what they give converts to the same scores."""

from typing import Any

import numpy as np
import pytest

from roost.adapters.onnx_runtime import open_model
from roost.adapters.scikit_learn import ScikitLearnTrainer
from roost.domain.evaluation import check_agreement
from roost.errors import ConversionMismatch, TrainingFailed, UnknownEstimator
from roost.names import Estimator, Problem
from roost.spec import Candidate

ROWS, WIDTH = 600, 4
TRAINER = ScikitLearnTrainer()
FEW = {Estimator.RANDOM_FOREST: 5, Estimator.EXTRA_TREES: 5, Estimator.GRADIENT_BOOSTING: 5}
CLASSIFIERS = [known for known in Estimator if known is not Estimator.LINEAR_REGRESSION]
REGRESSORS = [known for known in Estimator if known is not Estimator.LOGISTIC_REGRESSION]
PATHS = ["sklearn.naive_bayes.GaussianNB", "sklearn.tree.DecisionTreeClassifier"]


def table(problem: Problem) -> tuple[Any, Any]:
    random = np.random.default_rng(1)
    features = random.normal(size=(ROWS, WIDTH)).astype(np.float32)
    drive = features[:, 0] + features[:, 1] + random.normal(0, 0.3, ROWS)
    labels = {
        Problem.BINARY: (drive > 0).astype(np.float64),
        Problem.MULTICLASS: np.digitize(drive, [-0.5, 0.5]).astype(np.float64),
        Problem.REGRESSION: drive * 10 + 200,
    }
    return features, labels[problem]


@pytest.mark.parametrize(
    ("problem", "estimator"),
    [
        *((Problem.BINARY, known) for known in [*CLASSIFIERS, *PATHS]),
        *((Problem.MULTICLASS, known) for known in [*CLASSIFIERS, *PATHS]),
        *((Problem.REGRESSION, known) for known in [*REGRESSORS, "sklearn.linear_model.Ridge"]),
    ],
)
def test_each_estimator_scores_alike_before_and_after_its_conversion(problem: Problem, estimator: str) -> None:
    features, label = table(problem)
    TRAINER.check(estimator, problem)
    parameters = {"n_estimators": FEW[Estimator(estimator)]} if estimator in FEW else {}
    fitted, again = (TRAINER.fit(estimator, parameters, 0, features, label, problem) for _ in range(2))
    scores = fitted.score(features)
    assert scores.shape == ((ROWS, 3) if problem is Problem.MULTICLASS else (ROWS,))
    body = fitted.to_onnx(WIDTH)
    assert check_agreement(open_model(body, problem).score(features), scores) < 1e-5
    assert again.to_onnx(WIDTH) == body


@pytest.mark.parametrize(
    ("estimator", "problem", "told"),
    [
        ("linear_regression", Problem.BINARY, "is not for a binary problem; use one of logistic_regression"),
        ("sklearn.linear_model.Ridge", Problem.BINARY, "is no classifier, which a binary problem needs"),
        ("sklearn.svm.LinearSVC", Problem.BINARY, "gives no probabilities; use one with predict_proba"),
        ("sklearn.ensemble.VotingClassifier", Problem.BINARY, "is made of other estimators"),
        ("sklearn.ensemble.Forest", Problem.BINARY, "has no sklearn.ensemble.Forest; check its spelling"),
        ("sklearn.isotonic.IsotonicRegression", Problem.REGRESSION, "does not convert to ONNX .*; use one that does"),
        ("sklearn.neighbors.KNeighborsClassifier", Problem.BINARY, "converts to other bytes each time"),
    ],
)
def test_an_estimator_that_would_be_fitted_for_nothing_is_refused_before(
    estimator: str, problem: Problem, told: str
) -> None:
    with pytest.raises(UnknownEstimator, match=told):
        TRAINER.check(estimator, problem)


def test_an_estimator_that_converts_to_other_scores_is_found_out() -> None:
    features, label = table(Problem.BINARY)
    path = "sklearn.discriminant_analysis.LinearDiscriminantAnalysis"
    TRAINER.check(path, Problem.BINARY)
    fitted = TRAINER.fit(path, {}, 0, features, label)
    with pytest.raises(ConversionMismatch, match="use another, like hist_gradient_boosting"):
        check_agreement(open_model(fitted.to_onnx(WIDTH)).score(features), fitted.score(features))


def test_forests_refuse_missing_values_that_they_would_convert_wrongly() -> None:
    features, label = table(Problem.BINARY)
    features[3, 2] = np.nan
    with pytest.raises(TrainingFailed, match=r"features \[2\] .* declare defaults"):
        TRAINER.fit("random_forest", {}, 0, features, label)


@pytest.mark.parametrize(
    "estimator", ["forest", "os.path.Join", "sklearn.svm._base.SVC", "sklearn.svm", "xsklearn.a.B"]
)
def test_a_definition_names_estimators_of_scikit_learn_only(estimator: str) -> None:
    with pytest.raises(ValueError, match="or the path of a class of scikit-learn"):
        Candidate(name="a", estimator=estimator)
