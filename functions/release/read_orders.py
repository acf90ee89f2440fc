"""ReadOrders: what people ordered about a release under way. It can only read."""

from typing import Any

from roost.entrypoint import step
from roost.wiring import pipeline
from roost.workflows.release_orders import read_orders


@step
def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Answer whether the release is paused, or has to end."""
    return read_orders(event, pipeline())
