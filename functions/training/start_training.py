"""StartTraining: data have landed; start the model's training pipeline."""

import json
from typing import Any

from roost.entrypoint import step
from roost.wiring import training_starter
from roost.workflows.starting import start_training


@step
def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Answer the run that was started; the event is a batch of queued S3 events."""
    landed = [json.loads(record["body"])["detail"]["object"]["key"] for record in event["Records"]]
    return start_training(landed, *training_starter())
