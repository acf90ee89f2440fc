"""Deliver to ObservePredictions again: what its queue holds, or what a scoring function's log still has.

Both are safe at any time: predictions that were taken are not taken again.
"""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from roost.adapters.aws_session import client
from roost.adapters.cloudwatch_predictions import CloudWatchPredictions
from roost.adapters.log_delivery import delivery
from roost.errors import DependencyUnavailable
from roost.names import function, scoring_function

AT_ONCE = 500  # lines a delivery: some 600 KB before they are packed
HELD = 300  # seconds for which a message is this one's


class Redelivery:
    """Delivers to the observer of one stage; ``queue`` is the URL of the queue of what it gave up."""

    def __init__(self, stage: str, queue: str) -> None:
        self._stage, self._queue = stage, queue
        self._lambda, self._sqs = client("lambda"), client("sqs")

    def from_queue(self) -> dict[str, int]:
        """Deliver what waits in the queue, and take it out; counts of deliveries, predictions and new ones.

        Raises:
            DependencyUnavailable: the observer failed again; what was not delivered stays in the queue.
        """
        total: Counter[str] = Counter()
        for message in self._waiting():
            total.update(self._deliver(json.loads(message["Body"])["requestPayload"]))
            self._sqs.delete_message(QueueUrl=self._queue, ReceiptHandle=message["ReceiptHandle"])
        return dict(total)

    def from_log(self, model: str, since: datetime, until: datetime) -> dict[str, int]:
        """Deliver the predictions that a model's log holds of a stretch of time; counts as above."""
        log, total = CloudWatchPredictions(scoring_function(self._stage, model), client("logs")), Counter[str]()
        for stream, lines in log.lines(since, until):
            for start in range(0, len(lines), AT_ONCE):
                total.update(self._deliver(delivery(log.group, stream, lines[start : start + AT_ONCE])))
        return dict(total)

    def _waiting(self) -> Iterator[Mapping[str, Any]]:
        while True:
            found = self._sqs.receive_message(
                QueueUrl=self._queue, MaxNumberOfMessages=10, WaitTimeSeconds=1, VisibilityTimeout=HELD
            )
            if not found.get("Messages"):
                return
            yield from found["Messages"]

    def _deliver(self, event: Mapping[str, Any]) -> dict[str, int]:
        name = function(self._stage, "observe_predictions")
        called = self._lambda.invoke(FunctionName=name, Payload=json.dumps(event).encode())
        told = json.loads(called["Payload"].read())
        if called.get("FunctionError"):
            raise DependencyUnavailable(f"{name} failed: {told.get('errorType')}: {told.get('errorMessage')}")
        return {"deliveries": 1, **told}
