"""RunTrial: fit one configuration on a rung's rows and judge it."""

from typing import Any

from roost.entrypoint import step
from roost.spec import load_model
from roost.wiring import compute, pipeline, step_code, trainer
from roost.workflows.cached_steps import candidate_step, fitted_well
from roost.workflows.search_trials import run_trial
from roost.workflows.step_cache import cached


@step
def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Answer the trial's metrics, or why it failed."""
    model, trial = load_model(event["model"]), event["trial"]
    return cached(
        candidate_step("RunTrial", model, {**event, "candidate": trial["candidate"]}, step_code(model, __file__)),
        pipeline(),
        lambda ports: run_trial(model, event["run"], trial, event["share"], trainer(), compute(), ports),
        fitted_well,
    )
