"""RunTrial: fit one configuration on a rung's rows, and judge it on the comparison fold."""

import math
import time
from collections.abc import Mapping
from typing import Any

from roost.errors import PermanentError
from roost.names import Fold
from roost.ports import Compute, PipelinePorts, Trainer
from roost.spec import Model
from roost.workflows.search_planning import trial_rows
from roost.workflows.training import fitted, named
from roost.workflows.training_set import read_training_set

Trial = Mapping[str, Any]


def run_trial(
    model: Model, run: str, trial: Trial, share: float, trainer: Trainer, compute: Compute, ports: PipelinePorts
) -> dict[str, Any]:
    """Answer the trial's metrics, or its ``error``: that a configuration cannot be fitted is a result like another.

    ``trial`` holds its number, candidate and parameters; ``share`` (0 to 1) is that of the rows to fit on.
    """
    started = time.perf_counter()
    try:
        found = _measured(model, run, trial, share, trainer, ports)
    except PermanentError as error:
        found = {"error": f"{type(error).__name__}: {error}"}
    spent = {"seconds": round(time.perf_counter() - started, 2), "peak_mb": compute.peak()}
    return {
        "trial": trial["trial"],
        "candidate": trial["candidate"],
        "parameters": trial["parameters"],
        **found,
        **spent,
    }


def _measured(
    model: Model, run: str, trial: Trial, share: float, trainer: Trainer, ports: PipelinePorts
) -> dict[str, Any]:
    data = read_training_set(ports.lake, model.name, run)
    rows = trial_rows(model, data, share)
    estimator = fitted(model, named(model, trial["candidate"]), trial["parameters"], trainer, data, rows)
    scores = estimator.score(data.features[data.folds[Fold.SELECTION_TEST]])
    try:
        metrics = data.metrics(model, Fold.SELECTION_TEST, scores)
    except ValueError as error:  # a score that is no number
        return {"error": f"its scores cannot be judged: {error}"}
    value = metrics[model.selection_metric]
    if not math.isfinite(value):
        return {"error": f"{model.selection_metric} is {value}"}
    return {"rows": int(rows.sum()), "metric": model.selection_metric, "value": value, "metrics": metrics}
