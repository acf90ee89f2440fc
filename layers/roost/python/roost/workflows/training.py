"""TrainModel: fit one candidate to be compared, fit it again to be used, and convert it to ONNX."""

import io
import json
import time
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from roost.errors import TrainingFailed
from roost.object_keys import CANDIDATE_MODEL, CANDIDATE_RECORD, CANDIDATE_SCORES, candidate_key
from roost.ports import FittedModel, PipelinePorts, Trainer
from roost.spec import Candidate, Model
from roost.workflows.training_set import TrainingSet, read_training_set


def train_model(model: Model, run: str, name: str, trainer: Trainer, ports: PipelinePorts) -> dict[str, Any]:
    """Train the candidate of that name; returns its metrics on the comparison fold.

    Raises:
        TrainingFailed: the model has no such candidate, or it cannot be fitted.
    """
    started = time.perf_counter()
    candidate = _named(model, name)
    data = read_training_set(ports.lake, model.name, run)
    fit = partial(_fit, trainer, candidate, model, data)
    selection = fit("selection_train").score(data.features[data.folds["selection_test"]])
    final = fit("train")
    metrics = data.metrics(model, "selection_test", selection)
    scores = {"selection_scores": selection, "holdout_scores": final.score(data.features[data.folds["holdout"]])}
    _store(ports, partial(candidate_key, model.name, run, name), final.to_onnx(len(model.features)), scores)
    record = {
        **candidate.model_dump(mode="json"), **trainer.environment(),
        "seed": model.seed, "selection": metrics,
    }  # fmt: skip
    ports.lake.put(candidate_key(model.name, run, name, CANDIDATE_RECORD), json.dumps(record).encode())
    return {"candidate": name, "selection": metrics, "seconds": round(time.perf_counter() - started, 2)}


def _named(model: Model, name: str) -> Candidate:
    for candidate in model.candidates:
        if candidate.name == name:
            return candidate
    raise TrainingFailed(f"{model.name} has no candidate {name!r}; it has {[c.name for c in model.candidates]}")


def _fit(trainer: Trainer, candidate: Candidate, model: Model, data: TrainingSet, fold: str) -> FittedModel:
    features, label = data.features[data.folds[fold]], data.label[data.folds[fold]]
    return trainer.fit(candidate.estimator, candidate.parameters, model.seed, features, label, model.problem)


def _store(ports: PipelinePorts, key: Callable[[str], str], onnx: bytes, scores: dict[str, Any]) -> None:
    ports.lake.put(key(CANDIDATE_MODEL), onnx)
    buffer = io.BytesIO()
    np.savez(buffer, **scores)
    ports.lake.put(key(CANDIDATE_SCORES), buffer.getvalue())
