"""StartTraining: one run for all data that landed together, after the one that is running."""

from collections.abc import Sequence

from roost.names import Reason
from roost.ports import PipelineStarter

SHOWN = 20


def start_training(landed: Sequence[str], pipeline: PipelineStarter) -> str:
    """Start a run because objects landed; ``landed`` holds their keys.

    The run is named after the start of the latest one, so that of several callers that saw the same history one
    starts a run and the others are refused: Step Functions takes a name once in 90 days, and its list of executions
    may lag behind ("StartExecution" and "ListExecutions", AWS Step Functions API Reference).

    Returns:
        The run's name; empty if a run is active, or was just started: these objects then wait for its end.
    """
    latest = pipeline.latest()
    if latest is not None and latest.active:
        return ""
    name = f"new-data-after-{latest.started:%Y%m%d-%H%M%S}" if latest else "new-data-first"
    request = {"reason": Reason.NEW_DATA.value, "requested_by": "new data", "objects": sorted(landed)[:SHOWN]}
    return name if pipeline.start(name, request) else ""
