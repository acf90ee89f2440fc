"""The champion on the same rows as its challenger."""

from collections.abc import Callable
from typing import Any

import numpy as np

from roost.errors import PackageCorrupted
from roost.ports import OnnxModel, PipelinePorts
from roost.spec import Model
from roost.workflows.packages import load_package
from roost.workflows.training_set import TrainingSet


def champion_metrics(
    model: Model, data: TrainingSet, open_model: Callable[[bytes], OnnxModel], ports: PipelinePorts
) -> dict[str, Any] | None:
    """Version and metrics of the champion on the holdout; None without one, or if its inputs are others.

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
    if tuple(package.manifest["features"]) != model.features:
        return None
    rows = data.folds["holdout"]
    scores = np.asarray(package.model.score(data.features[rows]), dtype=np.float64)
    return {"version": champion, "metrics": data.metrics(model, "holdout", scores)}
