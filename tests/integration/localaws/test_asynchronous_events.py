"""What invokes asynchronously tries again, and hands on what still fails."""

from __future__ import annotations

import uuid
from collections.abc import Callable

import pytest

from localaws import Emulator
from tests.integration.localaws.clients import client
from tests.integration.localaws.eventually import eventually, happens
from tests.integration.localaws.functions import make_function
from tests.integration.localaws.gap import still_open
from tests.integration.localaws.invokers import Invoke, by_event_invocation, by_event_rule, by_topic, metric_sum

RAISES = "def handle(event, context):\n    raise ValueError('on purpose')\n"
SOURCES = [by_event_invocation, by_event_rule, by_topic]


def failing(emulator: Emulator) -> tuple[str, str, str]:
    """Return the name and ARN of a function that fails, and the URL of its dead-letter queue."""
    name = f"failing-{uuid.uuid4().hex[:8]}"
    queue = client(emulator, "sqs").create_queue(QueueName=name)["QueueUrl"]
    dead = {"TargetArn": f"arn:aws:sqs:us-east-1:000000000000:{name}"}
    return name, make_function(emulator, name, RAISES, DeadLetterConfig=dead), queue


@pytest.mark.parametrize("by", SOURCES, ids=lambda by: by.__name__)
def test_a_failed_event_is_tried_three_times_and_kept(aws: Emulator, by: Callable[[Emulator, str], Invoke]) -> None:
    name, arn, queue = failing(aws)
    by(aws, arn)()
    receive = client(aws, "sqs").receive_message
    assert eventually(lambda: receive(QueueUrl=queue).get("Messages"), seconds=20)
    assert metric_sum(aws, "AWS/Lambda", "Errors", FunctionName=name) == 3


def test_upstream_drops_a_failed_event(upstream: Emulator) -> None:
    name, arn, _queue = failing(upstream)
    by_event_rule(upstream, arn)()
    logs = client(upstream, "logs")

    def attempts() -> bool:
        groups = logs.describe_log_groups(logGroupNamePrefix=f"/aws/lambda/{name}")["logGroups"]
        pattern = {"filterPattern": "REPORT"}
        found = [logs.filter_log_events(logGroupName=group["logGroupName"], **pattern)["events"] for group in groups]
        return sum(map(len, found)) > 1

    still_open("asynchronous_events", happens(attempts, seconds=2))
