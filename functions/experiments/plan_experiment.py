"""PlanExperiment: may this experiment begin, change or end, and how."""

from typing import Any

from roost.entrypoint import step
from roost.wiring import pipeline
from roost.workflows.experiment_planning import plan_experiment


@step
def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Take the model for an experiment that starts, and answer the plan."""
    return plan_experiment(event, pipeline())
