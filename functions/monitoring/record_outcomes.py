"""RecordOutcomes: answers ``POST /models/{model}/outcomes``."""

from typing import Any

from roost.outcome_wiring import outcome_service


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Record what turned out of predictions; a request from API Gateway."""
    return outcome_service().respond(event)
