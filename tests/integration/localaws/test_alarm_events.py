"""An alarm's change of state is announced: a rule sees which alarm, and the state."""

from __future__ import annotations

import json
import uuid
from typing import Any

from localaws import Emulator
from tests.integration.localaws.clients import client
from tests.integration.localaws.eventually import eventually, happens
from tests.integration.localaws.gap import still_open


class Ringing:
    """An alarm, and a queue of what is announced of it."""

    def __init__(self, emulator: Emulator) -> None:
        self.name = f"rings-{uuid.uuid4().hex[:8]}"
        self._cloudwatch, self._sqs = client(emulator, "cloudwatch"), client(emulator, "sqs")
        self._url = self._sqs.create_queue(QueueName=self.name)["QueueUrl"]
        detail = {"alarmName": [self.name], "state": {"value": ["ALARM"]}}
        pattern = {"source": ["aws.cloudwatch"], "detail-type": ["CloudWatch Alarm State Change"], "detail": detail}
        events = client(emulator, "events")
        events.put_rule(Name=self.name, EventPattern=json.dumps(pattern))
        events.put_targets(
            Rule=self.name, Targets=[{"Id": "1", "Arn": f"arn:aws:sqs:us-east-1:000000000000:{self.name}"}]
        )
        self._cloudwatch.put_metric_alarm(
            AlarmName=self.name, Namespace=self.name, MetricName="Failed", Period=60, Statistic="Sum", Threshold=10,
            ComparisonOperator="GreaterThanThreshold", EvaluationPeriods=1,
        )  # fmt: skip
        self._seen: list[Any] = []

    def fail(self, count: float) -> None:
        self._cloudwatch.put_metric_data(Namespace=self.name, MetricData=[{"MetricName": "Failed", "Value": count}])

    def announced(self) -> list[Any]:
        messages = self._sqs.receive_message(QueueUrl=self._url, MaxNumberOfMessages=10).get("Messages", ())
        self._seen += [json.loads(message["Body"])["detail"]["state"]["value"] for message in messages]
        return self._seen


def test_an_alarm_announces_once_that_it_rings(aws: Emulator) -> None:
    ringing = Ringing(aws)
    ringing.fail(5)
    ringing.fail(50)
    ringing.fail(60)
    assert eventually(ringing.announced, lambda seen: len(seen) > 0) == ["ALARM"]
    assert ringing.announced() == ["ALARM"]


def test_upstream_announces_nothing(upstream: Emulator) -> None:
    ringing = Ringing(upstream)
    ringing.fail(50)
    still_open("alarm_events", happens(ringing.announced, seconds=3))
