"""BuildFeatures: what was known at each row's time, split into folds."""

from typing import Any

from roost.entrypoint import step
from roost.spec import load_model
from roost.wiring import pipeline, step_code, tables
from roost.workflows.cached_steps import data_step
from roost.workflows.feature_building import build_features
from roost.workflows.step_cache import cached


@step
def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Answer the training set and the size of its folds."""
    model, cutoff = load_model(event["model"]), event["request"].get("cutoff")
    return cached(
        data_step("BuildFeatures", model, event, step_code(model, __file__)),
        pipeline(),
        lambda ports: build_features(model, event["run"], event["datasets"], cutoff, tables(), ports),
    )
