"""PlanReproduction: what a version was made from, as its package says."""

from typing import Any

from roost.entrypoint import step
from roost.wiring import pipeline
from roost.workflows.reproduction_plan import plan_reproduction


@step
def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Answer lineage and digests; the event names model, the deployed code, and in its request the version."""
    return plan_reproduction(event, pipeline())
