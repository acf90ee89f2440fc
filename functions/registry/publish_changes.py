"""PublishChanges: entries of the audit log as events, and as a copy that nobody can change."""

from typing import Any

from roost.change_wiring import publish_batch
from roost.entrypoint import step


@step
def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Take a batch of the registry table's stream; an error makes Lambda deliver all of it again."""
    return publish_batch(event)
