"""The champion on the same rows as its challenger."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from roost.domain.scoring import mean_rank
from roost.errors import PackageCorrupted
from roost.names import Fold, Problem
from roost.ports import OnnxModel, PipelinePorts
from roost.spec import Model
from roost.workflows.holdout_judging import Contender
from roost.workflows.packages import load_package, problem_of
from roost.workflows.training_set import TrainingSet


@dataclass(frozen=True)
class Champion:
    """What serves now: its version, and its scores of the holdout; ``why_none`` says why it has none.

    ``mean_rank`` is that of its scores within its own reference: what to expect of it beside its challenger.
    """

    version: int | None
    contender: Contender | None
    why_none: str = ""
    mean_rank: float | None = None


def champion_on_holdout(
    model: Model, data: TrainingSet, open_model: Callable[[bytes, Problem], OnnxModel], ports: PipelinePorts
) -> Champion:
    """The champion's calibrated scores of the holdout, where there is one of the same inputs and classes.

    A champion whose package cannot be read is named with the reason: it must not keep its successor from being trained.
    """
    number = ports.registry.head(model.name).champion
    if number is None:
        return Champion(None, None, "there is no champion yet")
    version = ports.registry.version(model.name, number)
    try:
        package = load_package(ports.packages, version.package, open_model)
    except (KeyError, PackageCorrupted) as error:
        return Champion(number, None, f"package {version.package}: {error}")
    if not _comparable(package.manifest, model):
        return Champion(number, None, f"champion version {number} takes other inputs or knows other classes")
    scores = np.asarray(package.model.score(data.features[data.folds[Fold.HOLDOUT]]), dtype=np.float64)
    place = mean_rank(package.manifest["rank_reference"], scores)
    return Champion(number, Contender(scores, package.manifest["threshold"]), mean_rank=place)


def _comparable(manifest: Mapping[str, Any], model: Model) -> bool:
    """Whether a package scores the training set's features, and its scores mean what the model's do."""
    same = problem_of(manifest) is model.problem and tuple(manifest.get("classes", ())) == model.classes
    return same and tuple(manifest["features"]) == model.features
