"""SmokeTest: golden rows against what was published, and against the way back."""

from typing import Any

from roost.entrypoint import step
from roost.wiring import pipeline
from roost.workflows.smoke_testing import smoke_test


@step
def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Answer how many golden rows were scored as recorded."""
    return smoke_test(event, pipeline())
