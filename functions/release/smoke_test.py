"""SmokeTest: golden rows against what was published, and against the way back."""

from typing import Any

from roost.entrypoint import step
from roost.wiring import pipeline
from roost.workflows.experiment_publishing import smoke_test_arms
from roost.workflows.smoke_testing import smoke_test


@step
def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Answer how many golden rows were scored as recorded, by each arm of an experiment or by a release."""
    return (smoke_test_arms if event.get("experiment") else smoke_test)(event, pipeline())
