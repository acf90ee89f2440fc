"""TrainModel: fit what the search chose, and convert it to ONNX."""

from typing import Any

from roost.entrypoint import step
from roost.spec import load_model
from roost.wiring import compute, pipeline, step_code, trainer
from roost.workflows.cached_steps import candidate_step
from roost.workflows.reproduction import as_recorded
from roost.workflows.step_cache import cached
from roost.workflows.training import train_model


@step
def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Answer its metrics on the comparison fold."""
    model = as_recorded(load_model(event["model"]), event.get("recorded"))
    return cached(
        candidate_step("TrainModel", model, event, step_code(model, __file__)),
        pipeline(),
        lambda ports: train_model(model, event["run"], event, trainer(), compute(), ports),
    )
