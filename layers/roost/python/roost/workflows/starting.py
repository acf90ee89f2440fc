"""StartTraining: one run for all data that landed together, after the one that is running."""

from typing import Any

from roost.errors import RunActive
from roost.names import Reason
from roost.ports import Clock, PipelineStarter


def start_training(landed: list[str], pipeline: PipelineStarter, clock: Clock) -> dict[str, Any]:
    """Start a run because objects landed; ``landed`` holds their keys.

    Raises:
        RunActive: a run is active. The queue keeps the messages and delivers them again.
    """
    active = pipeline.active()
    if active:
        raise RunActive(f"run {active} is active; {len(landed)} new objects wait for it to end")
    name = f"{clock.now():%Y%m%d-%H%M%S}-new-data"
    request = {"reason": Reason.NEW_DATA.value, "requested_by": "new data", "objects": sorted(landed)[:20]}
    return {"run": pipeline.start(name, request), "objects": len(landed)}
