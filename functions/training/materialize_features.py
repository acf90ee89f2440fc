"""MaterializeFeatures: bring the online store up to the end of the data."""

from typing import Any

from roost.entrypoint import step
from roost.spec import load_model
from roost.wiring import pipeline, tables
from roost.workflows.materialization import materialize_features


@step
def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Answer how many items were written per view."""
    return materialize_features(load_model(event["model"]), event["datasets"], tables(), pipeline())
