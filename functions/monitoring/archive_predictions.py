"""ArchivePredictions: hours of the prediction log as Parquet."""

from datetime import datetime
from typing import Any

from roost.archive_wiring import archive
from roost.entrypoint import step


@step
def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Archive what is new since yesterday, or from the hour ``since`` (ISO 8601) of the event on."""
    since = event.get("since")
    return archive(datetime.fromisoformat(since) if since else None)
