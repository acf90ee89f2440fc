"""TrainModel: fit what the search chose, and convert it to ONNX."""

from typing import Any

from roost.entrypoint import step
from roost.spec import load_model
from roost.wiring import compute, pipeline, trainer
from roost.workflows.training import train_model


@step
def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Answer its metrics on the comparison fold."""
    return train_model(load_model(event["model"]), event["run"], event, trainer(), compute(), pipeline())
