"""RecordRollback: write down that and why a release was rolled back."""

from typing import Any

from roost.entrypoint import step
from roost.wiring import pipeline
from roost.workflows.release_ending import record_rollback


@step
def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Record the rollback; its answer carries the reason."""
    return record_rollback(event, pipeline())
