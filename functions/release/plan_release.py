"""PlanRelease: may this version be released, and how."""

from typing import Any

from roost.entrypoint import step
from roost.wiring import pipeline
from roost.workflows.release_planning import plan_release


@step
def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Take the model and answer the plan."""
    return plan_release(event, pipeline())
