"""RunTrial: fit one configuration on a rung's rows and judge it."""

from typing import Any

from roost.entrypoint import step
from roost.spec import load_model
from roost.wiring import compute, pipeline, trainer
from roost.workflows.search_trials import run_trial


@step
def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Answer the trial's metrics, or why it failed."""
    model = load_model(event["model"])
    return run_trial(model, event["run"], event["trial"], event["share"], trainer(), compute(), pipeline())
