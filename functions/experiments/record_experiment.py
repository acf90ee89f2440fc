"""RecordExperiment: write down what has become of an experiment."""

from typing import Any

from roost.entrypoint import step
from roost.wiring import pipeline
from roost.workflows.experiment_recording import record_experiment, record_failure


@step
def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Record that the arms serve or are done, or with ``failure`` that the run failed."""
    return (record_failure if "failure" in event else record_experiment)(event, pipeline())
