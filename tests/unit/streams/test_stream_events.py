"""Kinesis and Kafka deliver the same records in their own shapes."""

import base64
from typing import Any

import pytest

from roost.adapters.stream_events import stream_records
from roost.domain.arrivals import StreamRecord

BODY = b'{"payment": 1}'
DATA = base64.b64encode(BODY).decode()

KINESIS = {
    "Records": [
        {
            "kinesis": {
                "kinesisSchemaVersion": "1.0", "partitionKey": "a", "sequenceNumber": "4959", "data": DATA,
                "approximateArrivalTimestamp": 1545084650.987,
            },
            "eventSource": "aws:kinesis", "eventVersion": "1.0", "eventID": "shardId-000000000006:4959",
            "eventName": "aws:kinesis:record", "invokeIdentityArn": "arn:aws:iam::1:role/x", "awsRegion": "us-east-2",
            "eventSourceARN": "arn:aws:kinesis:us-east-2:1:stream/lambda-stream",
        }
    ]
}  # fmt: skip
KAFKA_RECORD = {"topic": "payments", "partition": 0, "offset": 15, "timestamp": 1545084650987,
                "timestampType": "CREATE_TIME", "key": None, "value": DATA, "headers": []}  # fmt: skip
TOPIC = {"bootstrapServers": "b:9092", "records": {"payments-0": [KAFKA_RECORD]}}
MSK = {"eventSource": "aws:kafka", "eventSourceArn": "arn:aws:kafka:x", **TOPIC}
SELF_MANAGED = {"eventSource": "SelfManagedKafka", **TOPIC}


@pytest.mark.parametrize(
    ("event", "place"),
    [(KINESIS, "shardId-000000000006-4959"), (MSK, "payments-0-15"), (SELF_MANAGED, "payments-0-15")],
)
def test_a_batch_is_read(event: dict[str, Any], place: str) -> None:
    assert stream_records(event) == [StreamRecord(place, 1_545_084_650_987_000, BODY)]
