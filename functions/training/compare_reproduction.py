"""CompareReproduction: is the package that came out the one that is registered?"""

from typing import Any

from roost.entrypoint import step
from roost.wiring import pipeline
from roost.workflows.reproduction_plan import compare_reproduction


@step
def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Answer the digest that was reproduced."""
    return compare_reproduction(event, pipeline())
