"""PublishVersion: freeze code and package as a Lambda version."""

from typing import Any

from roost.entrypoint import step
from roost.wiring import pipeline
from roost.workflows.experiment_publishing import publish_arms
from roost.workflows.publishing import publish_version


@step
def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Answer the number of the published version, of an experiment's arms or of a release."""
    return (publish_arms if event.get("experiment") else publish_version)(event, pipeline())
