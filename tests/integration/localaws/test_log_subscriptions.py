"""Lines of a function's log reach another function, in batches, through a filter."""

from __future__ import annotations

import base64
import gzip
import json
import uuid
from typing import Any

from localaws import Emulator
from tests.integration.localaws.clients import client
from tests.integration.localaws.eventually import eventually, happens
from tests.integration.localaws.functions import invoke, make_function, publish
from tests.integration.localaws.gap import still_open

PREDICTS = """
import json
def handle(event, context):
    for number in event:
        print(json.dumps({"kind": "prediction", "number": number}))
    print("something else")
    return context.log_stream_name
"""
KEEPS = """
import boto3, json, os
def handle(event, context):
    body = json.dumps({"event": event, "version": context.function_version}).encode()
    boto3.client("s3").put_object(Bucket=os.environ["SEEN"], Key=context.aws_request_id, Body=body)
    if os.environ.get("FAILS"):
        raise ValueError("on purpose")
"""
PREDICTIONS = '{ $.kind = "prediction" }'


class Subscription:
    """A function that predicts, and one that keeps what a subscription on the first one's log delivers."""

    def __init__(
        self, emulator: Emulator, pattern: str = PREDICTIONS, fails: bool = False, alias: bool = False
    ) -> None:
        self.emulator, self.name = emulator, f"predicts-{uuid.uuid4().hex[:8]}"
        self.bucket, self.group = f"{self.name}-seen", f"/aws/lambda/{self.name}"
        client(emulator, "s3").create_bucket(Bucket=self.bucket)
        make_function(emulator, self.name, PREDICTS)
        keeper = f"{self.name}-keeper"
        variables = {"SEEN": self.bucket} | ({"FAILS": "yes"} if fails else {})
        arn = make_function(emulator, keeper, KEEPS, Environment={"Variables": variables})
        if alias:
            publish(emulator, keeper)
            made = client(emulator, "lambda").create_alias(FunctionName=keeper, Name="live", FunctionVersion="1")
            arn = made["AliasArn"]
        logs = client(emulator, "logs")
        logs.create_log_group(logGroupName=self.group)
        logs.put_subscription_filter(
            logGroupName=self.group, filterName="predictions", filterPattern=pattern, destinationArn=arn
        )

    def predict(self, *numbers: int) -> str:
        return str(invoke(self.emulator, self.name, numbers)["Payload"])

    def kept(self) -> list[dict[str, Any]]:
        s3 = client(self.emulator, "s3")
        keys = [entry["Key"] for entry in s3.list_objects_v2(Bucket=self.bucket).get("Contents", ())]
        return [json.loads(s3.get_object(Bucket=self.bucket, Key=key)["Body"].read()) for key in keys]

    def told(self) -> list[dict[str, Any]]:
        packed = [base64.b64decode(kept["event"]["awslogs"]["data"]) for kept in self.kept()]
        return [json.loads(gzip.decompress(data)) for data in packed]

    def numbers(self) -> list[int]:
        return [json.loads(event["message"])["number"] for told in self.told() for event in told["logEvents"]]


def test_only_matching_lines_are_delivered(aws: Emulator) -> None:
    subscription = Subscription(aws)
    subscription.predict(1, 2)
    assert sorted(eventually(subscription.numbers)) == [1, 2]


def test_an_event_is_told_as_aws_tells_it(aws: Emulator) -> None:
    subscription = Subscription(aws)
    stream = subscription.predict(1)
    (told,) = eventually(subscription.told)
    assert (told["messageType"], told["logGroup"], told["logStream"]) == ("DATA_MESSAGE", subscription.group, stream)
    assert told["subscriptionFilters"] == ["predictions"]
    assert {"id", "timestamp", "message"} == set(told["logEvents"][0])


def test_many_invocations_are_delivered_once_and_in_fewer_batches(aws: Emulator) -> None:
    subscription = Subscription(aws)
    for number in range(30):
        subscription.predict(number)
    assert sorted(eventually(subscription.numbers, lambda seen: len(seen) >= 30)) == list(range(30))
    assert len(subscription.told()) < 30


def test_a_failed_delivery_is_repeated(aws: Emulator) -> None:
    subscription = Subscription(aws, fails=True)
    subscription.predict(1)
    assert eventually(subscription.numbers, lambda seen: len(seen) == 3) == [1, 1, 1]


def test_an_alias_may_be_the_destination(aws: Emulator) -> None:
    subscription = Subscription(aws, alias=True)
    subscription.predict(1)
    assert [kept["version"] for kept in eventually(subscription.kept)] == ["1"]


def streams_of_two_invocations(emulator: Emulator) -> bool:
    """Say whether both invocations of one environment are logged in the stream that the function's context names."""
    name = f"streams-{uuid.uuid4().hex[:8]}"
    make_function(emulator, name, PREDICTS)
    named = {invoke(emulator, name, [1])["Payload"] for _ in range(2)}
    listed = client(emulator, "logs").describe_log_streams(logGroupName=f"/aws/lambda/{name}")["logStreams"]
    return {stream["logStreamName"] for stream in listed} == named


def test_an_environment_logs_into_the_stream_that_it_names(aws: Emulator) -> None:
    assert streams_of_two_invocations(aws)


def test_upstream_logs_each_invocation_elsewhere(upstream: Emulator) -> None:
    still_open("log_streams", streams_of_two_invocations(upstream))


def test_upstream_delivers_nothing_for_a_json_pattern(upstream: Emulator) -> None:
    subscription = Subscription(upstream)
    subscription.predict(1)
    still_open("log_subscriptions", happens(subscription.kept, seconds=2))
