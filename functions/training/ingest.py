"""Ingest: take what has landed into a data set named by its content."""

from typing import Any

from roost.entrypoint import step
from roost.spec import load_model
from roost.wiring import pipeline, tables
from roost.workflows.ingesting import ingest
from roost.workflows.pinned_datasets import pinned_datasets


@step
def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Answer the data set and its size: of what has landed, or the one that the run's request names."""
    model, pinned = load_model(event["model"]), event.get("request", {}).get("datasets")
    return pinned_datasets(model, pinned, pipeline()) if pinned else ingest(model, tables(), pipeline())
