"""StartTraining: data have landed; start the model's training pipeline."""

import json
from typing import Any

from roost.entrypoint import step
from roost.wiring import training_pipeline
from roost.workflows.starting import start_training


@step
def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Answer the run that was started for a batch of queued S3 events; none while one is active, and they return."""
    landed = [json.loads(record["body"])["detail"]["object"]["key"] for record in event["Records"]]
    run = start_training(landed, training_pipeline())
    waiting = [] if run else [{"itemIdentifier": record["messageId"]} for record in event["Records"]]
    return {"run": run, "objects": len(landed), "batchItemFailures": waiting}
