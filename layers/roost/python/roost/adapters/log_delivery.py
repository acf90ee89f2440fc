"""What CloudWatch Logs hands to the function that a log group's subscription names, and the same made by hand.

The event's data are gzipped and in base64 ("Using Lambda with CloudWatch Logs", AWS Lambda Developer Guide). A queue of
what Lambda gave up wraps the event in a record ("Capturing records of Lambda asynchronous invocations", same guide).
"""

import base64
import gzip
import json
from collections.abc import Mapping, Sequence
from typing import Any

from roost.domain.observed_prediction import LogBatch, read_batch


def delivered(event: Mapping[str, Any]) -> LogBatch:
    """The predictions that an event brings; a control message, by which CloudWatch tries the way, brings none."""
    told = json.loads(gzip.decompress(base64.b64decode(event["awslogs"]["data"])))
    if told["messageType"] != "DATA_MESSAGE":
        return LogBatch("", ())
    lines = [line["message"] for line in told["logEvents"]]
    return read_batch(f"{told['logGroup']}:{told['logStream']}", lines)


def delivery(group: str, stream: str, messages: Sequence[str]) -> dict[str, Any]:
    """An event that brings lines of a log stream."""
    lines = [{"id": str(place), "timestamp": 0, "message": message} for place, message in enumerate(messages)]
    told = {"messageType": "DATA_MESSAGE", "logGroup": group, "logStream": stream, "logEvents": lines}
    return {"awslogs": {"data": base64.b64encode(gzip.compress(json.dumps(told).encode())).decode()}}
