"""CompactEvents: the many small files of a stream's log into few."""

from typing import Any

from roost.entrypoint import step
from roost.spec.feeds import source_views
from roost.wiring import pipeline, tables
from roost.workflows.compaction import compact_events


@step
def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Answer how many files and rows were compacted; the event names the source."""
    source, _ = source_views(event["source"])
    return compact_events(source, tables(), pipeline())
