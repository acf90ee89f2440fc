"""AuditFeatures: compare the features of served predictions with what the offline store says was known then."""

from datetime import datetime
from typing import Any

from roost.audit_wiring import skew_audit
from roost.entrypoint import step
from roost.spec import load_model


@step
def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Answer how many views of predictions were compared, stale and skewed; the event names model and run."""
    since = event["request"].get("since")
    return skew_audit(load_model(event["model"])).run(event["run"], datetime.fromisoformat(since) if since else None)
