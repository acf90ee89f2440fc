"""LoadSources: pull what is new from each source's database or API."""

from typing import Any

from roost.entrypoint import step
from roost.spec import load_model
from roost.wiring import connectors, pipeline
from roost.workflows.loading import load_sources


@step
def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Answer how many rows came from each origin, and how far they go."""
    return load_sources(load_model(event["model"]), connectors(), pipeline())
