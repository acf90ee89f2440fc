"""ShiftTraffic: the one function that may move the alias, and that does nothing else."""

from typing import Any

from roost.entrypoint import step
from roost.wiring import pipeline
from roost.workflows.traffic import restore_traffic, shift_traffic


@step
def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Move traffic to the weight of a step or, with ``restore``, back to where it was."""
    return (restore_traffic if event.get("restore") else shift_traffic)(event, pipeline())
