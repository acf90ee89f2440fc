"""The door's two sides over AWS's APIs: what is active in Step Functions, and the queue of those who wait."""

import json
from typing import Any

import boto3
import pytest

from roost.adapters.sqs_training import SqsTrainingQueue
from roost.adapters.step_functions import StepFunctionsPipeline
from roost.domain.triggers import Trigger, asking, trigger_of
from roost.errors import NotDeployed
from roost.names import Reason
from tests.contract.conftest import reach, unique

WISH = Trigger(Reason.DRIFT, "ann", "psi 0.4", "2026-01-01T00:00:00", {"cutoff": "2026-01-01"})
ROLE = "arn:aws:iam::000000000000:role/states"
WAITS = {"StartAt": "Wait", "States": {"Wait": {"Type": "Wait", "Seconds": 3600, "End": True}}}


@pytest.fixture(params=["moto", "embedded"])
def services(request: pytest.FixtureRequest) -> None:
    reach(request)


def machine(definition: dict[str, Any]) -> str:
    states = boto3.client("stepfunctions")
    made = states.create_state_machine(name=unique("door"), definition=json.dumps(definition), roleArn=ROLE)
    return str(made["stateMachineArn"])


def test_what_is_queued_is_the_same_wish(services: None) -> None:
    name = unique("wishes")
    url = boto3.client("sqs").create_queue(QueueName=name)["QueueUrl"]
    SqsTrainingQueue(name).send(asking(WISH))
    (message,) = boto3.client("sqs").receive_message(QueueUrl=url)["Messages"]
    assert trigger_of(json.loads(message["Body"])) == WISH


def test_a_held_message_is_not_seen_until_its_time(services: None) -> None:
    name, sqs = unique("wishes"), boto3.client("sqs")
    url = sqs.create_queue(QueueName=name, Attributes={"VisibilityTimeout": "600"})["QueueUrl"]
    queue = SqsTrainingQueue(name)
    for _ in range(2):
        queue.send(asking(WISH))
    held, given_back = (sqs.receive_message(QueueUrl=url)["Messages"][0] for _ in range(2))
    queue.hold([held["ReceiptHandle"]], 600)
    queue.hold([given_back["ReceiptHandle"]], 0)
    (seen,) = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10)["Messages"]
    assert seen["MessageId"] == given_back["MessageId"]


def test_a_queue_that_is_not_there_says_deploy(services: None) -> None:
    with pytest.raises(NotDeployed, match="roost deploy"):
        SqsTrainingQueue(unique("absent")).send(asking(WISH))


def test_an_older_run_that_is_active_again_is_the_one_that_counts(aws: None) -> None:
    pipeline = StepFunctionsPipeline(machine(WAITS))
    assert pipeline.latest() is None
    assert pipeline.start("one", {}) is True
    states, arn = boto3.client("stepfunctions"), pipeline.arn.replace(":stateMachine:", ":execution:")
    pipeline.start("two", {})
    states.stop_execution(executionArn=f"{arn}:two")
    latest = pipeline.latest()
    assert latest is not None
    assert latest.active
    states.stop_execution(executionArn=f"{arn}:one")
    ended = pipeline.latest()
    assert ended is not None
    assert not ended.active
