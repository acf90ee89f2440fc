"""ScorePredictions: answers ``POST /models/{model}/predictions`` through the alias ``live``."""

from typing import Any

from roost.quiet_start import quiet_start

with quiet_start():
    from roost.serving_wiring import prediction_service

    SERVICE = prediction_service()


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Score a request from API Gateway, or the golden rows of a smoke test (a direct call)."""
    if "golden_rows" in event:
        return SERVICE.score_golden_rows(event["golden_rows"], event.get("arm", ""))
    return SERVICE.respond(event)
