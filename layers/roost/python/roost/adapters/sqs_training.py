"""The queue of what asks for training, over the Amazon SQS API."""

import json
from collections.abc import Mapping
from typing import Any

import boto3
from botocore.exceptions import ClientError

from roost.adapters.aws_failures import error_code, transient_failures
from roost.errors import NotDeployed

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
