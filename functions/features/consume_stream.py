"""ConsumeStream: records of a Kinesis stream or a Kafka topic, into the offline log and the online store."""

from typing import Any

from roost.stream_wiring import stream_step

STEP = stream_step()


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Take a batch; an error makes Lambda deliver all of it again, which changes nothing that is done."""
    return STEP.take(event)
