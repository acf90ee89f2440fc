"""EvaluateModel: judge the best candidate on the holdout, with the library that will serve it."""

from typing import Any

from roost.entrypoint import step
from roost.spec import load_model
from roost.wiring import open_model, pipeline
from roost.workflows.evaluation import evaluate_model


@step
def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Answer the package, its metrics and the gates' readings."""
    return evaluate_model(load_model(event["model"]), event, open_model, pipeline())
