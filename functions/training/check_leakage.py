"""CheckLeakage: recompute a sample of the training set from what was known at the time."""

from typing import Any

from roost.entrypoint import step
from roost.spec import load_model
from roost.wiring import pipeline, step_code, tables
from roost.workflows.cached_steps import data_step
from roost.workflows.leakage import check_leakage
from roost.workflows.step_cache import cached


@step
def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Answer rows and features compared; the event names model, run and data sets."""
    model = load_model(event["model"])
    return cached(
        data_step("CheckLeakage", model, event, step_code(model, __file__)),
        pipeline(),
        lambda ports: check_leakage(model, event["run"], event["datasets"], tables(), ports),
    )
