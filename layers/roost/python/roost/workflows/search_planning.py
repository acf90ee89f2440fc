"""PlanSearch: which configurations are tried on how many rows, after a look whether all of it fits into memory."""

import json
from collections.abc import Iterator
from typing import Any

import numpy as np

from roost.domain.evaluation import LOWER_IS_BETTER
from roost.domain.fit_memory import FitSize, check_fits
from roost.domain.halving import Rung, ladder, quantiles
from roost.domain.row_sample import rung_rows
from roost.names import Fold, Problem
from roost.object_keys import SEARCH_REPORT, run_key
from roost.ports import Compute, PipelinePorts, Trainer
from roost.spec import Candidate, Model, Search
from roost.workflows.search_rungs import answer
from roost.workflows.training_set import TrainingSet, read_training_set


def plan_search(model: Model, run: str, trainer: Trainer, compute: Compute, ports: PipelinePorts) -> dict[str, Any]:
    """Draw the configurations of a run's search and write its report, without results yet.

    Returns:
        The first rung: its trials with candidate and parameters, and the share and number of rows of each fit.

    Raises:
        UnknownEstimator: scikit-learn has no such estimator, it is not for the problem, or has no ONNX form.
        TrainingSetTooLarge: the largest fit would not fit into memory.
    """
    data = read_training_set(ports.lake, model.name, run)
    for candidate in model.candidates:
        trainer.check(candidate.estimator, model.problem)
    trials = list(_trials(model))
    memory = _check_memory(model, trials, data, compute)
    report = {
        "model": model.name, "run": run, "seed": model.seed, "metric": model.selection_metric,
        "higher_is_better": model.selection_metric not in LOWER_IS_BETTER,
        "trials": trials, "ladder": _ladder(model, len(trials), data), "rungs": [], "chosen": None, "memory": memory,
    }  # fmt: skip
    key = run_key(model.name, run, SEARCH_REPORT)
    ports.lake.put(key, json.dumps(report, indent=2).encode(), "application/json")
    return {**answer(report, key, [trial["trial"] for trial in trials]), **memory}


def _trials(model: Model) -> Iterator[dict[str, Any]]:
    """Candidates without ranges are one trial each; the others share what is left."""
    open_ones = [candidate for candidate in model.candidates if candidate.search]
    left = (model.search or Search()).trials - (len(model.candidates) - len(open_ones))
    number = 0
    for candidate in model.candidates:
        place = open_ones.index(candidate) if candidate.search else 0
        draws = max(1, (left + len(open_ones) - 1 - place) // len(open_ones)) if candidate.search else 1
        for parameters in _configurations(candidate, draws, model.seed):
            number += 1
            yield {"trial": number, "candidate": candidate.name, "parameters": parameters}


def _configurations(candidate: Candidate, draws: int, seed: int) -> list[dict[str, Any]]:
    """What is given plus what is drawn; a configuration that is drawn twice is tried once."""
    drawn = [
        candidate.parameters
        | {name: space.at(place) for (name, space), place in zip(candidate.search.items(), point, strict=True)}
        for point in quantiles(draws, len(candidate.search), f"{seed}/{candidate.name}")
    ]
    return [parameters for place, parameters in enumerate(drawn) if parameters not in drawn[:place]]


def _ladder(model: Model, trials: int, data: TrainingSet) -> list[dict[str, Any]]:
    """The rungs with their rows; a model without ranges compares its candidates on all rows at once."""
    search = model.search or Search()
    searched = any(candidate.search for candidate in model.candidates)
    rungs = ladder(trials, search.rungs, search.reduction) if searched else (Rung(trials, 1.0),)
    return [
        {"trials": rung.trials, "share": rung.share, "rows": int(trial_rows(model, data, rung.share).sum())}
        for rung in rungs
    ]


def trial_rows(model: Model, data: TrainingSet, share: float) -> Any:
    """The rows of the comparison fold's training half that a rung's trials are fitted on, as a mask."""
    train = data.folds[Fold.SELECTION_TRAIN]
    return rung_rows(data.label, train, share, model.seed, model.problem is not Problem.REGRESSION)


def _check_memory(model: Model, trials: list[dict[str, Any]], data: TrainingSet, compute: Compute) -> dict[str, int]:
    """The largest fit is of all rows: no rung and no trial takes more than that one does."""
    largest = max((data.folds[fold] for fold in (Fold.SELECTION_TRAIN, Fold.TRAIN)), key=np.sum)
    size = FitSize.of(data.label[largest], data.features.shape[1], data.bytes, model.problem)
    estimators = {candidate.name: candidate.estimator for candidate in model.candidates}
    needs = [
        check_fits(estimators[trial["candidate"]], trial["parameters"], size, compute.memory()) for trial in trials
    ]
    return {"needed_mb": max(needs), "memory_mb": compute.memory()}
