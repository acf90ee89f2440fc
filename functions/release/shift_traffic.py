"""ShiftTraffic: the one function that may move the alias, and that does nothing else."""

from typing import Any

from roost.entrypoint import step
from roost.wiring import pipeline
from roost.workflows.experiment_traffic import return_traffic
from roost.workflows.traffic import restore_traffic, shift_traffic

MOVES = {"": shift_traffic, "restore": restore_traffic, "return": return_traffic}


@step
def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Move traffic to the weight of a step or, with ``restore`` (``return`` of an experiment), back to where it was."""
    back = "return" if event.get("return") else "restore" if event.get("restore") else ""
    return MOVES[back](event, pipeline())
