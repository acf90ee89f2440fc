"""JudgeCanary: read the evidence of both versions and decide. It has no power to act."""

from typing import Any

from roost.entrypoint import step
from roost.wiring import pipeline
from roost.workflows.judging import judge_canary


@step
def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Answer the verdict of one look."""
    return judge_canary(event, pipeline())
