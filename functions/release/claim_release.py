"""ClaimRelease: find the release that nobody drives any more, or that an alarm ends. It moves no traffic."""

from typing import Any

from roost.entrypoint import step
from roost.release_wiring import release_runs
from roost.wiring import pipeline
from roost.workflows.release_sweeping import claim_release


@step
def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Claim it; the answer says what restoring its traffic needs."""
    return claim_release(event, pipeline(), release_runs(event["pipeline"]))
