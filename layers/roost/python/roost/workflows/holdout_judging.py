"""Judge scores of the holdout beside the champion's and a trivial baseline's, on the same resamples."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

import numpy as np
import numpy.typing as npt

from roost.domain.evaluation import BUILT_IN, COMPARABLE, DECISION_METRICS, oriented, trivial_scores
from roost.domain.judged import Judged, JudgedGroup, Measure, Number, Numbers, measure
from roost.domain.resampling import Resampling, bound, clusters
from roost.domain.thresholds import decision_estimator
from roost.domain.weighted_metrics import estimator
from roost.names import Fold, Problem
from roost.spec import Model, ProjectMetric
from roost.workflows.deciding import costs
from roost.workflows.slicing import Group, groups
from roost.workflows.training_set import TrainingSet

Vector = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Contender:
    """Somebody's scores of the holdout, and the threshold above which they decide positively; None for never."""

    scores: Vector
    threshold: float | None


def judge_holdout(model: Model, data: TrainingSet, ours: Contender, champion: Contender | None) -> Judged:
    """Numbers with resamples of this model, of the baseline, of the champion if there is one, and of slices' groups."""
    baseline = Contender(trivial_scores(model.problem, data.label[data.folds[Fold.TRAIN]], ours.scores), None)
    contenders = {"model": ours, "baseline": baseline} | ({"champion": champion} if champion else {})
    parts = [group for group in groups(model, data) if group.supported]
    measures = {name: _quality(model, data, contender) for name, contender in contenders.items()}
    if model.problem is Problem.BINARY:
        measures |= {f"{name} decides": _decides(model, data, contender) for name, contender in contenders.items()}
    measures |= {f"group {place}": _within(model, data, ours, group) for place, group in enumerate(parts)}
    plan = resampling(model, data)
    numbers = measure(plan, measures)
    found = {
        name: numbers[name] | numbers.get(f"{name} decides", {}) | _project_numbers(model, data, plan, contender)
        for name, contender in contenders.items()
    }
    judged = [
        _judged_group(model, group, numbers[f"group {place}"], numbers["model"]) for place, group in enumerate(parts)
    ]
    return Judged(found["model"], found["baseline"], found.get("champion"), groups=judged)


def resampling(model: Model, data: TrainingSet) -> Resampling:
    """How the holdout is resampled."""
    rows, told = data.folds[Fold.HOLDOUT], model.evaluation
    cluster = clusters(data.columns[told.cluster][rows]) if told.cluster else None
    return Resampling(int(rows.sum()), told.resamples, model.seed, cluster)


def _quality(model: Model, data: TrainingSet, contender: Contender) -> Measure:
    label = data.label[data.folds[Fold.HOLDOUT]]
    return Measure(tuple(BUILT_IN[model.problem]), estimator(model.problem, label, contender.scores))


def _decides(model: Model, data: TrainingSet, contender: Contender) -> Measure:
    cut = np.inf if contender.threshold is None else contender.threshold
    label, cost = data.label[data.folds[Fold.HOLDOUT]], costs(model, data, Fold.HOLDOUT)
    names = DECISION_METRICS if cost else DECISION_METRICS[:-1]
    return Measure(names, decision_estimator(label, contender.scores >= cut, cost))


def _within(model: Model, data: TrainingSet, ours: Contender, group: Group) -> Measure:
    label, names = data.label[data.folds[Fold.HOLDOUT]], tuple(BUILT_IN[model.problem])
    within = estimator(model.problem, label[group.rows], ours.scores[group.rows])

    def metrics(weights: Vector) -> tuple[float, ...]:
        drawn = weights[group.rows]
        return within(drawn) if drawn.any() else (float("nan"),) * len(names)

    return Measure(names, metrics)


def _judged_group(model: Model, group: Group, numbers: Numbers, whole: Numbers) -> JudgedGroup:
    """A metric is worse in a group if the interval of its paired difference to the whole holdout excludes 0.

    Only metrics that can be compared between groups are: a group of more positives has a higher log loss by itself.
    """
    share = (1 + model.evaluation.level) / 2
    compared = [metric for metric in COMPARABLE[model.problem] if metric in numbers]
    worse = tuple(m for m in compared if _best_case(m, numbers[m], whole[m], share) < 0)
    return JudgedGroup(group.slice, group.name, len(group.rows), group.positives, numbers, worse)


def _best_case(metric: str, group: Number, whole: Number, share: float) -> float:
    if group.drawn is None or whole.drawn is None:
        return float("nan")
    return bound(oriented(metric, 1.0) * (group.drawn - whole.drawn), share)


def _project_numbers(model: Model, data: TrainingSet, plan: Resampling, contender: Contender) -> dict[str, Number]:
    return {metric.name: _project_number(metric, data, plan, contender) for metric in model.project_metrics}


def _project_number(metric: ProjectMetric, data: TrainingSet, plan: Resampling, contender: Contender) -> Number:
    value = _called(metric, data, contender, np.arange(plan.rows))
    drawn = [_called(metric, data, contender, rows) for rows in _drawn_rows(plan, metric)]
    return Number(metric.name, value, np.array(drawn) if drawn else None)


def _drawn_rows(plan: Resampling, metric: ProjectMetric) -> Iterator[npt.NDArray[np.intp]]:
    for weights in islice(plan.weights(), metric.resamples):
        yield np.repeat(np.arange(plan.rows), weights.astype(np.intp))


def _called(metric: ProjectMetric, data: TrainingSet, contender: Contender, rows: npt.NDArray[np.intp]) -> float:
    """The metric of some rows of the holdout; NaN where it refuses them, as a resample may lack a class."""
    places = np.flatnonzero(data.folds[Fold.HOLDOUT])[rows]
    inputs = {name: data.columns[name][places] for name in metric.inputs}
    try:
        return float(metric.function(label=data.label[places], score=contender.scores[rows], **inputs))
    except ValueError:
        return float("nan")
