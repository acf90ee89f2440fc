"""ScoreShadow: score what the log has recorded by a version that serves nobody."""

from typing import Any

from roost.entrypoint import step
from roost.shadow_wiring import shadow_scorer


@step
def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Answer how many recorded predictions were scored by each running shadow of the model."""
    return shadow_scorer(event["model"]).run()
