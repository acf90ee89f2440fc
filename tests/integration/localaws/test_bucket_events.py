"""New objects reach a function: bucket, EventBridge, rule, queue, event source mapping; failures come back."""

from __future__ import annotations

import json
import uuid
from typing import Any

import pytest

from localaws import Emulator
from tests.integration.localaws.clients import client
from tests.integration.localaws.conftest import Starter
from tests.integration.localaws.eventually import eventually, happens
from tests.integration.localaws.functions import make_function
from tests.integration.localaws.gap import still_open

REMEMBERS = """
import boto3, json, os

def handle(event, context):
    keys = [json.loads(record["body"])["detail"]["object"]["key"] for record in event["Records"]]
    counts = [record["attributes"]["ApproximateReceiveCount"] for record in event["Records"]]
    body = json.dumps([keys, counts]).encode()
    boto3.client("s3").put_object(Bucket=os.environ["SEEN"], Key=context.aws_request_id, Body=body)
    if any("raise" in key for key in keys):
        raise RuntimeError("on purpose")
    bad = [record["messageId"] for record in event["Records"] if "bad" in record["body"]]
    return {"batchItemFailures": [{"itemIdentifier": name} for name in bad]}
"""


class Landing:
    """A bucket whose new objects under ``landing/`` reach a function in batches, and what the function saw."""

    def __init__(self, emulator: Emulator, window: int = 0, versioned: bool = False) -> None:
        self.emulator, self.name = emulator, f"landing-{uuid.uuid4().hex[:8]}"
        self.s3, self.sqs = client(emulator, "s3"), client(emulator, "sqs")
        for bucket in (self.name, f"{self.name}-seen"):
            self.s3.create_bucket(Bucket=bucket)
        if versioned:
            enabled = {"Status": "Enabled"}
            self.s3.put_bucket_versioning(Bucket=self.name, VersioningConfiguration=enabled)
        enabled = {"EventBridgeConfiguration": {}}
        self.s3.put_bucket_notification_configuration(Bucket=self.name, NotificationConfiguration=enabled)
        self.dead, _ = self._queue(f"{self.name}-dead")
        redrive = {"deadLetterTargetArn": f"arn:aws:sqs:us-east-1:000000000000:{self.name}-dead", "maxReceiveCount": 2}
        self.queue, arn = self._queue(self.name, VisibilityTimeout="1", RedrivePolicy=json.dumps(redrive))
        self._route(arn)
        make_function(emulator, self.name, REMEMBERS, Environment={"Variables": {"SEEN": f"{self.name}-seen"}})
        client(emulator, "lambda").create_event_source_mapping(
            EventSourceArn=arn,
            FunctionName=self.name,
            BatchSize=10,
            MaximumBatchingWindowInSeconds=window,
            FunctionResponseTypes=["ReportBatchItemFailures"],
        )

    def _queue(self, name: str, **attributes: str) -> tuple[str, str]:
        url = self.sqs.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]
        return url, f"arn:aws:sqs:us-east-1:000000000000:{name}"

    def _route(self, queue_arn: str) -> None:
        events = client(self.emulator, "events")
        detail = {"bucket": {"name": [self.name]}, "object": {"key": [{"prefix": "landing/"}]}}
        pattern = {"source": ["aws.s3"], "detail-type": ["Object Created"], "detail": detail}
        events.put_rule(Name=self.name, EventPattern=json.dumps(pattern))
        events.put_targets(Rule=self.name, Targets=[{"Id": "1", "Arn": queue_arn}])

    def put(self, *keys: str) -> None:
        for key in keys:
            self.s3.put_object(Bucket=self.name, Key=key, Body=b"1")

    def seen(self) -> list[Any]:
        bucket = f"{self.name}-seen"
        listed = self.s3.list_objects_v2(Bucket=bucket).get("Contents", ())
        found = sorted(listed, key=lambda entry: entry["LastModified"])
        return [json.loads(self.s3.get_object(Bucket=bucket, Key=entry["Key"])["Body"].read()) for entry in found]

    def dead_letters(self) -> list[Any]:
        messages = self.sqs.receive_message(QueueUrl=self.dead, MaxNumberOfMessages=10).get("Messages", ())
        return [json.loads(message["Body"]) for message in messages]


def test_a_new_object_under_the_prefix_reaches_the_function(aws: Emulator) -> None:
    landing = Landing(aws)
    landing.put("elsewhere/a", "landing/b")
    assert eventually(landing.seen) == [[["landing/b"], ["1"]]]


def test_a_failed_message_returns_and_ends_among_the_dead_letters(aws: Emulator) -> None:
    landings = {key: Landing(aws) for key in ("landing/bad", "landing/raise")}
    for key, landing in landings.items():
        landing.put(key)
    for key, landing in landings.items():
        seen = eventually(landing.seen, lambda calls: len(calls) == 2)
        assert sorted(counts for _, counts in seen) == [["1"], ["2"]]
        letters = eventually(landing.dead_letters)
        assert [letter["detail"]["object"]["key"] for letter in letters] == [key]


@pytest.fixture(scope="module")
def unhurried(start_emulator: Starter) -> Emulator:
    """The emulator with waits of half their length."""
    return start_emulator(wait_scale=0.5)


def test_a_window_gathers_one_batch_of_which_only_the_failed_message_returns(unhurried: Emulator) -> None:
    landing = Landing(unhurried, window=2)
    landing.put("landing/a", "landing/b", "landing/bad")
    first, second = eventually(landing.seen, lambda calls: len(calls) == 2)
    assert sorted(first[0]) == ["landing/a", "landing/b", "landing/bad"]
    assert second == [["landing/bad"], ["2"]]


def test_skipped_waits_skip_the_window(aws: Emulator) -> None:
    landing = Landing(aws, window=300)
    landing.put("landing/a")
    assert eventually(landing.seen) == [[["landing/a"], ["1"]]]


def events_of(emulator: Emulator, versioned: bool) -> dict[str, Any]:
    landing = Landing(emulator, versioned=versioned)
    events, copy = client(emulator, "events"), f"{landing.name}-copy"
    url, arn = landing._queue(copy)
    events.put_targets(Rule=landing.name, Targets=[{"Id": "2", "Arn": arn}])
    landing.put("landing/a")
    receive = client(emulator, "sqs").receive_message
    found = eventually(lambda: receive(QueueUrl=url).get("Messages", ()))
    described: dict[str, Any] = json.loads(found[0]["Body"])["detail"]["object"]
    current = landing.s3.head_object(Bucket=landing.name, Key="landing/a").get("VersionId")
    return {"told": described.get("version-id"), "current": current}


def test_the_event_names_the_objects_version(aws: Emulator) -> None:
    versions = events_of(aws, versioned=True)
    assert versions["told"] == versions["current"] is not None


def test_the_event_names_no_version_where_there_is_none(aws: Emulator) -> None:
    assert events_of(aws, versioned=False)["told"] is None


def test_upstream_names_no_version(upstream: Emulator) -> None:
    still_open("object_versions", events_of(upstream, versioned=True)["told"] is not None)


def test_upstream_ignores_the_window(upstream: Emulator) -> None:
    landing = Landing(upstream, window=300)
    landing.put("landing/a")
    still_open("batching_window", not happens(landing.seen, seconds=20))
