"""RegisterModel: give the package a version number."""

from typing import Any

from roost.entrypoint import step
from roost.wiring import pipeline
from roost.workflows.registration import register_model


@step
def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Answer the version and its status."""
    return register_model(event, pipeline())
