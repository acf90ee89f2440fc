"""CheckLeakage: recompute a sample of the training set from what was known at the time."""

from typing import Any

from roost.entrypoint import step
from roost.spec import load_model
from roost.wiring import pipeline, tables
from roost.workflows.leakage import check_leakage


@step
def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Answer rows and features compared; the event names model, run and data sets."""
    return check_leakage(load_model(event["model"]), event["run"], event["datasets"], tables(), pipeline())
