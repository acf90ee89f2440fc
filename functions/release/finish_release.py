"""FinishRelease: the released version becomes champion."""

from typing import Any

from roost.entrypoint import step
from roost.wiring import pipeline
from roost.workflows.release_ending import finish_release


@step
def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Record the completion."""
    return finish_release(event, pipeline())
