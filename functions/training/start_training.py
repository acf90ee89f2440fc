"""StartTraining: something asks for training; start the model's pipeline when its turn has come."""

import json
from typing import Any

from roost.entrypoint import step
from roost.wiring import clock, training_pipeline, training_queue
from roost.workflows.starting import hold_together, start_queued


@step
def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Answer the run that was started for a batch of queued events, and the messages that stay in the queue."""
    messages = {record["messageId"]: _document(record["body"]) for record in event["Records"]}
    run, waiting = start_queued(messages, training_pipeline(), clock().now())
    receipts = [record["receiptHandle"] for record in event["Records"] if record["messageId"] in waiting]
    if receipts:
        hold_together(receipts, training_queue(event["Records"][0]["eventSourceARN"]), clock().now())
    failures = [{"itemIdentifier": identifier} for identifier in waiting]
    return {"run": run, "messages": len(messages), "batchItemFailures": failures}


def _document(body: str) -> Any:
    try:
        return json.loads(body)
    except ValueError:
        return {}
