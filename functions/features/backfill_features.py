"""BackfillFeatures: rebuild the online store of a model's views from the offline store."""

from typing import Any

from roost.entrypoint import step
from roost.spec import load_model
from roost.wiring import pipeline, tables
from roost.workflows.backfill import backfill_features


@step
def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Answer how many items changed, by view; the event names the model."""
    return backfill_features(load_model(event["model"]), tables(), pipeline())
