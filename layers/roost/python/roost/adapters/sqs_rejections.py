"""Records that no retry can save, in a queue where somebody finds them with the reason."""

import base64
import json
from collections.abc import Iterable
from typing import TYPE_CHECKING

import boto3

from roost.adapters.aws_failures import transient_failures
from roost.domain.arrivals import Rejected

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

SHOWN_BYTES = 65_536  # a message may have 1 MiB (Amazon SQS Developer Guide, "Message quotas")


class SqsRejections:
    """One queue."""

    def __init__(self, queue_url: str, client: "SQSClient | None" = None) -> None:
        self._queue_url = queue_url
        self._sqs = client or boto3.client("sqs")

    def send(self, source: str, rejected: Iterable[Rejected]) -> None:
        """Send a message for each record: source, reason, field, place, arrival, and the record's first bytes.

        Raises:
            DependencyUnavailable: SQS did not take one.
        """
        for one in rejected:
            with transient_failures("SQS"):
                self._sqs.send_message(QueueUrl=self._queue_url, MessageBody=_message(source, one))


def _message(source: str, rejected: Rejected) -> str:
    record = rejected.record
    return json.dumps(
        {
            "source": source,
            "reason": rejected.reason,
            "field": rejected.field,
            "place": record.place,
            "arrived": record.arrived / 1e6,
            "bytes": len(record.body),
            "record": base64.b64encode(record.body[:SHOWN_BYTES]).decode(),
        }
    )
