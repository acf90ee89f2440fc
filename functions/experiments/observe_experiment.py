"""ObserveExperiment: count who was exposed to which arm and what came of it. It can only read and report."""

from typing import Any

from roost.entrypoint import step
from roost.experiment_wiring import experiment_observer


@step
def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Answer what is known so far, and the shares that the experiment's policy asks for."""
    return experiment_observer(event["model"]).observe(event["plan"]["experiment"])
