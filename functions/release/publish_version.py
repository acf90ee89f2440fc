"""PublishVersion: freeze code and package as a Lambda version."""

from typing import Any

from roost.entrypoint import step
from roost.wiring import pipeline
from roost.workflows.publishing import publish_version


@step
def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Answer the number of the published version."""
    return publish_version(event, pipeline())
