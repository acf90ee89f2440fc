"""Which part of a model's definition each step of the training pipeline reads, and what names its data.

The less of a definition a step reads, the more often its former results stand: a new gate does not build features
again. What is not named here counts as read, so that a new field of a definition makes no stale result.
"""

from collections.abc import Mapping
from typing import Any

from roost.object_keys import PACKAGE_MANIFEST, package_key
from roost.ports import PipelinePorts
from roost.spec import Model
from roost.workflows.step_cache import Answer, StepRun

NEVER_READ = {"gates", "rollout", "owner", "description", "schedule", "retrain_on_code_change"}
NOT_DATA = NEVER_READ | {"candidates", "selection_metric", "threshold"}


def data_step(step: str, model: Model, event: Mapping[str, Any], code: str) -> StepRun:
    """A step that builds or checks the training set from the data sets that its event names."""
    return StepRun(step, _naming(event, "datasets"), code, model.model_dump(mode="json", exclude=NOT_DATA))


def candidate_step(step: str, model: Model, event: Mapping[str, Any], code: str) -> StepRun:
    """A step that fits one candidate to the training set whose digest its event names."""
    definition = model.model_dump(mode="json", exclude=NEVER_READ)
    own = [one for one in definition["candidates"] if one["name"] == event["candidate"]]
    return StepRun(step, _naming(event, "training_set"), code, {**definition, "candidates": own})


def judging_step(step: str, model: Model, event: Mapping[str, Any], code: str, ports: PipelinePorts) -> StepRun:
    """A step that compares with the champion: another champion, another comparison."""
    head = ports.registry.head(model.name)
    champion = ports.registry.version(model.name, head.champion).package if head.champion else None
    definition = {**model.model_dump(mode="json"), "champion": [head.champion, champion]}
    return StepRun(step, _naming(event, "training_set"), code, definition)


def fitted_well(answer: Answer) -> bool:
    """Whether a trial answered with metrics rather than with why it failed."""
    return "error" not in answer


def passed_and_packaged(answer: Answer, ports: PipelinePorts) -> bool:
    """Whether an evaluation passed its gates and its package is where it was put."""
    return bool(answer["passed"]) and ports.packages.exists(package_key(answer["package"], PACKAGE_MANIFEST))


def _naming(event: Mapping[str, Any], field: str) -> Mapping[str, Any]:
    if not event[field]:
        raise KeyError(field)
    return event
