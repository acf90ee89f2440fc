"""NextRung: keep the best trials for more rows, or choose one."""

from typing import Any

from roost.entrypoint import step
from roost.wiring import pipeline
from roost.workflows.search_rungs import next_rung


@step
def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Answer the next rung's trials, or the choice."""
    return next_rung(event["model"], event["run"], event["rung"], event["results"], pipeline())
