"""The queue of what asks for training, over the Amazon SQS API."""

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import boto3
from botocore.exceptions import ClientError

from roost.adapters.aws_failures import error_code, transient_failures
from roost.errors import NotDeployed

if TYPE_CHECKING:
    from mypy_boto3_sqs.type_defs import ChangeMessageVisibilityBatchRequestEntryTypeDef

AT_ONCE = 10  # "ChangeMessageVisibilityBatch", Amazon SQS API Reference
ABSENT = ("AWS.SimpleQueueService.NonExistentQueue", "QueueDoesNotExist")


class SqsTrainingQueue:
    """One queue, by name."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._sqs = boto3.client("sqs")

    def send(self, event: Mapping[str, Any]) -> None:
        """Queue an event.

        Raises:
            NotDeployed: there is no such queue.
        """
        try:
            with transient_failures("SQS"):
                url = self._sqs.get_queue_url(QueueName=self._name)["QueueUrl"]
                self._sqs.send_message(QueueUrl=url, MessageBody=json.dumps(event))
        except ClientError as error:
            if error_code(error) not in ABSENT:
                raise
            raise NotDeployed(f"queue {self._name} does not exist here; deploy first with: roost deploy") from error

    def hold(self, receipts: Sequence[str], seconds: int) -> None:
        """Change when received messages return; SQS answers for each, and one that it refuses returns as it would have.

        Raises:
            DependencyUnavailable: SQS could not answer.
        """
        with transient_failures("SQS"):
            url = self._sqs.get_queue_url(QueueName=self._name)["QueueUrl"]
            for start in range(0, len(receipts), AT_ONCE):
                entries: list[ChangeMessageVisibilityBatchRequestEntryTypeDef] = [
                    {"Id": str(place), "ReceiptHandle": receipt, "VisibilityTimeout": seconds}
                    for place, receipt in enumerate(receipts[start : start + AT_ONCE])
                ]
                self._sqs.change_message_visibility_batch(QueueUrl=url, Entries=entries)
