"""The champion on the same rows as its challenger."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from roost.errors import PackageCorrupted
from roost.names import Problem
from roost.ports import OnnxModel, PipelinePorts
from roost.spec import Model
from roost.workflows.packages import load_package, problem_of
from roost.workflows.training_set import TrainingSet


def champion_metrics(
    model: Model, data: TrainingSet, open_model: Callable[[bytes, Problem], OnnxModel], ports: PipelinePorts
) -> dict[str, Any] | None:
    """Version and metrics of the champion on the holdout; None without one, or if its inputs or its classes are others.

    A champion whose package cannot be read is named with the reason: it must not keep its successor from being trained.
    """
    champion = ports.registry.head(model.name).champion
    if champion is None:
        return None
    version = ports.registry.version(model.name, champion)
    try:
        package = load_package(ports.packages, version.package, open_model)
    except (KeyError, PackageCorrupted) as error:
        return {"version": champion, "metrics": {}, "unreadable": f"package {version.package}: {error}"}
    if not _comparable(package.manifest, model):
        return None
    rows = data.folds["holdout"]
    scores = np.asarray(package.model.score(data.features[rows]), dtype=np.float64)
    return {"version": champion, "metrics": data.metrics(model, "holdout", scores)}


def _comparable(manifest: Mapping[str, Any], model: Model) -> bool:
    """Whether a package scores the training set's features, and its scores mean what the model's do."""
    same = problem_of(manifest) is model.problem and tuple(manifest.get("classes", ())) == model.classes
    return same and tuple(manifest["features"]) == model.features
