"""SettleRelease: after FinishRelease failed, whether it did its work nevertheless."""

from typing import Any

from roost.entrypoint import step
from roost.wiring import pipeline
from roost.workflows.release_sweeping import settle_release


@step
def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Answer whether the release is completed; else nobody can complete it any more."""
    return settle_release(event, pipeline())
