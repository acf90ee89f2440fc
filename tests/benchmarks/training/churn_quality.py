"""Churn: the project's own procedure against scikit-learn's defaults trained by hand on the same rows."""

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.compose import make_column_transformer
from sklearn.ensemble import GradientBoostingClassifier, HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from threadpoolctl import threadpool_limits

from roost.adapters.scikit_learn import ScikitLearnTrainer
from roost.domain.metrics import log_loss, roc_auc
from roost.spec import Candidate, Model, load_model
from tests.benchmarks.report import Row
from tests.benchmarks.training.churn_folds import ChurnSet, Mask, churn_set, declared_folds, is_text, repeated_folds
from tests.benchmarks.training.paired_comparison import calibration_error, corrected_t

Vector = npt.NDArray[np.float64]
Procedure = Callable[[Mask, Mask, Mask], Vector]  # rows to fit on, rows to choose on, rows to score
Measured = dict[str, list[float]]  # by metric, a number for each fold; lower is better
OURS = "ours"
TRAINER = ScikitLearnTrainer()
DEFAULTS: dict[str, Callable[[], Any]] = {
    "LogisticRegression": LogisticRegression,
    "RandomForest": partial(RandomForestClassifier, random_state=0),
    "GradientBoosting": partial(GradientBoostingClassifier, random_state=0),
    "HistGradientBoosting": partial(HistGradientBoostingClassifier, random_state=0),
}


def one_minus_auc(label: Vector, score: Vector) -> float:
    """The chance that a customer who stays outscores one who leaves."""
    return 1 - roc_auc(label, score)


METRICS = {"1 - AUC": one_minus_auc, "log loss": log_loss, "calibration error": calibration_error}


def ours(model: Model, data: ChurnSet, fit: Mask, choose: Mask, score: Mask) -> Vector:
    """As the pipeline does it: choose a candidate by log loss, then fit it on all training rows."""

    def fitted(candidate: Candidate, train: Mask, test: Mask) -> Vector:
        x, y = data.features[train], data.label[train]
        trained = TRAINER.fit(candidate.estimator, candidate.parameters, model.seed, x, y)
        return trained.score(data.features[test])

    losses = [log_loss(data.label[choose], fitted(candidate, fit, choose)) for candidate in model.candidates]
    return fitted(model.candidates[int(np.argmin(losses))], fit | choose, score)


def by_hand(make: Callable[[], Any], data: ChurnSet, fit: Mask, choose: Mask, score: Mask) -> Vector:
    """An estimator with scikit-learn's defaults on the raw columns: text one-hot, numbers standardised."""
    train = fit | choose
    texts = [place for place in range(len(data.names)) if is_text(data.raw[:, place])]
    encoder = OneHotEncoder(handle_unknown="ignore", sparse_output=False)
    prepared = make_column_transformer((encoder, texts), remainder=StandardScaler())
    model = make_pipeline(prepared, make()).fit(data.raw[train], data.label[train])
    scores: Vector = model.predict_proba(data.raw[score])[:, 1]
    return scores


def with_our_features(make: Callable[[], Any], data: ChurnSet, fit: Mask, choose: Mask, score: Mask) -> Vector:
    """The same defaults on the project's features: what is left of the difference is not the features'."""
    train = fit | choose
    model = make_pipeline(StandardScaler(), make()).fit(data.features[train], data.label[train])
    scores: Vector = model.predict_proba(data.features[score])[:, 1]
    return scores


def procedures(model: Model, data: ChurnSet) -> dict[str, Procedure]:
    """All that are compared, by name."""
    found: dict[str, Procedure] = {OURS: partial(ours, model, data)}
    found |= {name: partial(by_hand, make, data) for name, make in DEFAULTS.items()}
    return found | {f"{name}, our features": partial(with_our_features, make, data) for name, make in DEFAULTS.items()}


def measured(procedure: Procedure, data: ChurnSet, folds: list[tuple[Mask, Mask, Mask]]) -> Measured:
    """Each metric on each fold."""
    with threadpool_limits(limits=1):
        scored = [(data.label[test], procedure(fit, choose, test)) for fit, choose, test in folds]
    return {name: [metric(label, score) for label, score in scored] for name, metric in METRICS.items()}


def churn_quality() -> tuple[list[Row], list[str]]:
    """Rows and notes: cross-validated means with paired intervals, and the untouched holdout."""
    model = load_model("churn")
    data = churn_set(model)
    folds, declared = list(repeated_folds(data)), declared_folds(model, data)
    crossed = {name: measured(each, data, folds) for name, each in procedures(model, data).items()}
    held = {name: measured(each, data, [declared]) for name, each in procedures(model, data).items()}
    ratio = float(np.mean([test.sum() / (fit | choose).sum() for fit, choose, test in folds]))
    rows = [_row(metric, name, crossed) for name in DEFAULTS for metric in METRICS]
    return rows, [*_paired(crossed, ratio), *_holdout(held, int(declared[2].sum()))]


def _row(metric: str, name: str, crossed: dict[str, Measured]) -> Row:
    """Of both the mean over folds; the aim is to be at least as good."""
    mean, theirs = float(np.mean(crossed[OURS][metric])), float(np.mean(crossed[name][metric]))
    return Row(f"churn, {name}", mean, theirs, metric, 1.0)


def _paired(crossed: dict[str, Measured], ratio: float) -> list[str]:
    """What is gained over each peer, with the interval of the corrected resampled t-test."""
    told = []
    for name in crossed:
        for metric in METRICS if name != OURS else ():
            found = corrected_t(crossed[OURS][metric], crossed[name][metric], ratio)
            told.append(
                f"churn, {metric}, {name}: {np.mean(crossed[name][metric]):.4f}, ours {found.gain:.4f} lower "
                f"[{found.low:.4f}, {found.high:.4f}], p {found.p:.2g}"
            )
    return told


def _holdout(held: dict[str, Measured], rows: int) -> list[str]:
    return [
        f"churn, holdout of {rows} customers, {name}: "
        + ", ".join(f"{metric} {values[0]:.4f}" for metric, values in found.items())
        for name, found in held.items()
    ]
