"""EvaluateModel: judge the best candidate on the holdout, with the library that will serve it."""

from typing import Any

from roost.entrypoint import step
from roost.spec import load_model
from roost.wiring import open_model, pipeline, step_code
from roost.workflows.cached_steps import judging_step, passed_and_packaged
from roost.workflows.evaluation import evaluate_model
from roost.workflows.reproduction import as_recorded
from roost.workflows.step_cache import cached


@step
def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Answer the package, its metrics and the gates' readings."""
    model, ports = as_recorded(load_model(event["model"]), event.get("recorded")), pipeline()
    return cached(
        judging_step("EvaluateModel", model, event, step_code(model, __file__), ports),
        ports,
        lambda recorded: evaluate_model(model, event, open_model, recorded),
        lambda answer: passed_and_packaged(answer, ports),
    )
