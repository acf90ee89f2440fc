"""AskApproval: write down that a release waits for a person, and the token that answers it."""

from typing import Any

from roost.entrypoint import step
from roost.wiring import pipeline
from roost.workflows.release_approval import ask_approval


@step
def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Record the token; the run waits until it is answered."""
    return ask_approval(event, pipeline())
