"""PlanSearch: which configurations are tried, on how many rows, and whether they fit into memory."""

from typing import Any

from roost.entrypoint import step
from roost.spec import load_model
from roost.wiring import compute, pipeline, trainer
from roost.workflows.search_planning import plan_search


@step
def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Answer the trials of the first rung."""
    return plan_search(load_model(event["model"]), event["run"], trainer(), compute(), pipeline())
