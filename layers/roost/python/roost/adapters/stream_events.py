"""Batches of records as Lambda delivers them, read with Powertools' data classes.

Shapes after "Using Lambda with Kinesis Data Streams", "Using Lambda with Amazon MSK" and "Using Lambda with
self-managed Apache Kafka" (AWS Lambda Developer Guide); the last two differ in their source only.
"""

from typing import Any

from aws_lambda_powertools.utilities.data_classes import KafkaEvent, KinesisStreamEvent

from roost.domain.arrivals import StreamRecord

MILLIS = 1_000
KINESIS = "aws:kinesis"


def stream_records(event: dict[str, Any]) -> list[StreamRecord]:
    """The records of a batch, in the order of the stream."""
    return _kafka(KafkaEvent(event)) if "records" in event else _kinesis(KinesisStreamEvent(event))


def _kinesis(event: KinesisStreamEvent) -> list[StreamRecord]:
    return [
        StreamRecord(
            place=record["eventID"].replace(":", "-"),
            arrived=round(record.kinesis.approximate_arrival_timestamp * MILLIS) * MILLIS,
            body=record.kinesis.data_as_bytes(),
        )
        for record in event.records
    ]


def _kafka(event: KafkaEvent) -> list[StreamRecord]:
    return [
        StreamRecord(
            place=f"{record.topic}-{record.partition}-{record.offset}",
            arrived=record.timestamp * MILLIS,
            body=record.decoded_value,
        )
        for record in event.records
    ]
