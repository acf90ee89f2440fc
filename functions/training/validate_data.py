"""ValidateData: set bad rows aside, and stop on a bad set."""

from typing import Any

from roost.entrypoint import step
from roost.spec import load_model
from roost.wiring import pipeline, tables
from roost.workflows.validation import validate_data


@step
def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Answer how many rows were kept, and which rules the others broke."""
    return validate_data(load_model(event["model"]), event["datasets"], tables(), pipeline(), event["run"])
