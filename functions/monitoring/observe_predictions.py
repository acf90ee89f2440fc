"""ObservePredictions: lines of the scoring functions' logs into the prediction log and into counts."""

from typing import Any

from roost.entrypoint import step
from roost.observer_wiring import observe


@step
def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Take a delivery of CloudWatch Logs; an error makes Lambda try it again, which changes nothing that is done."""
    return observe(event)
