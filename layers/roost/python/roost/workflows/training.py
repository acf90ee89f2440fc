"""TrainModel: fit what the search chose to be compared, fit it again to be used, and convert it to ONNX."""

import io
import json
import time
from collections.abc import Mapping
from functools import partial
from typing import Any

import numpy as np

from roost.errors import TrainingFailed
from roost.names import Fold
from roost.object_keys import CANDIDATE_MODEL, CANDIDATE_RECORD, CANDIDATE_SCORES, candidate_key
from roost.ports import Compute, FittedModel, PipelinePorts, Trainer
from roost.spec import Candidate, Model
from roost.workflows.training_set import Mask, TrainingSet, read_training_set


def train_model(
    model: Model, run: str, chosen: Mapping[str, Any], trainer: Trainer, compute: Compute, ports: PipelinePorts
) -> dict[str, Any]:
    """Train ``chosen["candidate"]`` with ``chosen["parameters"]``; returns its metrics on the comparison fold.

    ``peak_mb`` of the answer is what the process has held at most since it began.

    Raises:
        TrainingFailed: the model has no such candidate, or it cannot be fitted.
    """
    started = time.perf_counter()
    candidate = named(model, chosen["candidate"])
    data = read_training_set(ports.lake, model.name, run)
    fit = partial(fitted, model, candidate, chosen["parameters"], trainer, data)
    selection = fit(data.folds[Fold.SELECTION_TRAIN]).score(data.features[data.folds[Fold.SELECTION_TEST]])
    final = fit(data.folds[Fold.TRAIN])
    metrics = data.metrics(model, Fold.SELECTION_TEST, selection)
    scores = {"selection_scores": selection, "holdout_scores": final.score(data.features[data.folds[Fold.HOLDOUT]])}
    record = {
        "name": candidate.name, "estimator": candidate.estimator, "parameters": chosen["parameters"],
        "seed": model.seed, **trainer.environment(), "selection": metrics,
    }  # fmt: skip
    _store(
        partial(candidate_key, model.name, run, candidate.name),
        final.to_onnx(len(model.features)),
        scores,
        record,
        ports,
    )
    seconds = round(time.perf_counter() - started, 2)
    return {"candidate": candidate.name, "selection": metrics, "seconds": seconds, "peak_mb": compute.peak()}


def named(model: Model, name: str) -> Candidate:
    """The candidate of that name.

    Raises:
        TrainingFailed: the model has none.
    """
    for candidate in model.candidates:
        if candidate.name == name:
            return candidate
    raise TrainingFailed(f"{model.name} has no candidate {name!r}; it has {[c.name for c in model.candidates]}")


def fitted(
    model: Model, candidate: Candidate, parameters: dict[str, Any], trainer: Trainer, data: TrainingSet, rows: Mask
) -> FittedModel:
    """A candidate, with these parameters, fitted on some rows of a training set.

    Raises:
        TrainingFailed: it cannot be.
    """
    features, label = data.features[rows], data.label[rows]
    return trainer.fit(candidate.estimator, parameters, model.seed, features, label, model.problem)


def _store(key: Any, onnx: bytes, scores: dict[str, Any], record: dict[str, Any], ports: PipelinePorts) -> None:
    ports.lake.put(key(CANDIDATE_MODEL), onnx)
    buffer = io.BytesIO()
    np.savez(buffer, **scores)
    ports.lake.put(key(CANDIDATE_SCORES), buffer.getvalue())
    ports.lake.put(key(CANDIDATE_RECORD), json.dumps(record).encode(), "application/json")
