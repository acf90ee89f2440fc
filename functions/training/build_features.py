"""BuildFeatures: what was known at each row's time, split into folds."""

from typing import Any

from roost.entrypoint import step
from roost.spec import load_model
from roost.wiring import pipeline, tables
from roost.workflows.feature_building import build_features


@step
def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Answer the training set and the size of its folds."""
    return build_features(
        load_model(event["model"]),
        event["run"],
        event["datasets"],
        event["request"].get("cutoff"),
        tables(),
        pipeline(),
    )
