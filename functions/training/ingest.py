"""Ingest: take what has landed into a data set named by its content."""

from typing import Any

from roost.entrypoint import step
from roost.spec import load_model
from roost.wiring import pipeline, tables
from roost.workflows.ingesting import ingest


@step
def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Answer the data set and its size."""
    return ingest(load_model(event["model"]), tables(), pipeline())
