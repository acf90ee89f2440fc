"""The event bus port: in memory and over the Amazon EventBridge API (moto, embedded AWS), seen by a queue."""

import json
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from roost.adapters.eventbridge_bus import EventBridgeBus
from roost.adapters.in_memory import InMemoryEventBus
from roost.errors import DependencyUnavailable
from roost.registry_event_names import REGISTRY_EVENTS
from tests.contract.conftest import reach, unique

DETAIL = {"id": "dev/fraud/1", "sequence": 1, "actor": "ann"}


def watched(detail_type: str) -> Any:
    """A new queue that gets all events of a type; returns its address."""
    name, queues, events = unique("watch"), boto3.client("sqs"), boto3.client("events")
    address = queues.create_queue(QueueName=name)["QueueUrl"]
    arn = queues.get_queue_attributes(QueueUrl=address, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    pattern = {"source": [REGISTRY_EVENTS], "detail-type": [detail_type]}
    events.put_rule(Name=name, EventPattern=json.dumps(pattern))
    events.put_targets(Rule=name, Targets=[{"Id": "queue", "Arn": arn}])
    return address


@pytest.fixture(params=["moto", "embedded"])
def bus(request: pytest.FixtureRequest) -> EventBridgeBus:
    reach(request)
    return EventBridgeBus()


def test_an_event_reaches_who_asked_for_its_type(bus: EventBridgeBus) -> None:
    kind = unique("Model Version Registered")
    queue = watched(kind)
    bus.send(kind, DETAIL)
    bus.send(unique("other"), DETAIL)
    (message,) = boto3.client("sqs").receive_message(QueueUrl=queue, WaitTimeSeconds=5)["Messages"]
    event = json.loads(message["Body"])
    assert (event["source"], event["detail-type"], event["detail"]) == (REGISTRY_EVENTS, kind, DETAIL)


def test_a_bus_in_memory_keeps_what_it_was_sent() -> None:
    bus = InMemoryEventBus()
    bus.send("kind", DETAIL)
    assert bus.events == [("kind", DETAIL)]


def test_an_event_that_was_not_taken_is_worth_another_try(aws: None) -> None:
    bus = EventBridgeBus()
    with Stubber(bus.events) as stub:
        entries = [{"ErrorCode": "InternalFailure", "ErrorMessage": "try again"}]
        stub.add_response("put_events", {"FailedEntryCount": 1, "Entries": entries})
        with pytest.raises(DependencyUnavailable, match="did not take 'kind'"):
            bus.send("kind", DETAIL)
