"""A changed parameter is announced: a rule sees it, and what it did."""

from __future__ import annotations

import json
import uuid
from typing import Any

from localaws import Emulator
from tests.integration.localaws.clients import client
from tests.integration.localaws.eventually import eventually, happens
from tests.integration.localaws.gap import still_open


class Announced:
    """A parameter, and a queue of what is announced of it."""

    def __init__(self, emulator: Emulator) -> None:
        self.name = f"/roost/{uuid.uuid4().hex[:8]}"
        self._ssm, self._sqs = client(emulator, "ssm"), client(emulator, "sqs")
        rule = self.name.rpartition("/")[2]
        self._url = self._sqs.create_queue(QueueName=rule)["QueueUrl"]
        pattern = {"source": ["aws.ssm"], "detail-type": ["Parameter Store Change"], "detail": {"name": [self.name]}}
        events = client(emulator, "events")
        events.put_rule(Name=rule, EventPattern=json.dumps(pattern))
        events.put_targets(Rule=rule, Targets=[{"Id": "1", "Arn": f"arn:aws:sqs:us-east-1:000000000000:{rule}"}])
        self._seen: list[Any] = []

    def put(self, value: str) -> None:
        self._ssm.put_parameter(Name=self.name, Type="String", Value=value, Overwrite=True)

    def operations(self) -> list[str]:
        messages = self._sqs.receive_message(QueueUrl=self._url, MaxNumberOfMessages=10).get("Messages", ())
        self._seen += [json.loads(message["Body"])["detail"]["operation"] for message in messages]
        return sorted(self._seen)


def test_a_parameter_announces_that_it_is_created_and_updated(aws: Emulator) -> None:
    announced = Announced(aws)
    announced.put("1")
    announced.put("2")
    assert eventually(announced.operations, lambda seen: len(seen) == 2) == ["Create", "Update"]


def test_upstream_announces_nothing(upstream: Emulator) -> None:
    announced = Announced(upstream)
    announced.put("1")
    still_open("parameter_events", happens(announced.operations, seconds=3))
