"""Every way by which Roost invokes a function: each is set up for a target ARN and returns how to invoke it once."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Callable
from typing import Any

from localaws import Emulator
from tests.integration.localaws.clients import client
from tests.integration.localaws.eventually import eventually
from tests.integration.localaws.functions import ROLE

Invoke = Callable[[], Any]


def by_invoke_api(emulator: Emulator, arn: str) -> Invoke:
    return lambda: client(emulator, "lambda").invoke(FunctionName=arn, InvocationType="RequestResponse")


def by_event_invocation(emulator: Emulator, arn: str) -> Invoke:
    return lambda: client(emulator, "lambda").invoke(FunctionName=arn, InvocationType="Event")


def by_rest_api(emulator: Emulator, arn: str) -> Invoke:
    api = client(emulator, "apigateway")
    name = api.create_rest_api(name="any")["id"]
    root = api.get_resources(restApiId=name)["items"][0]["id"]
    target = {"restApiId": name, "resourceId": root, "httpMethod": "POST"}
    api.put_method(**target, authorizationType="NONE")
    uri = f"arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/{arn}/invocations"
    api.put_integration(**target, type="AWS_PROXY", integrationHttpMethod="POST", uri=uri)
    api.create_deployment(restApiId=name, stageName="test")
    url = f"{emulator.endpoint}/restapis/{name}/test/_user_request_/"
    return lambda: urllib.request.urlopen(urllib.request.Request(url, data=b"{}")).read()


def by_state_machine(emulator: Emulator, arn: str) -> Invoke:
    states = client(emulator, "stepfunctions")
    task = {"Type": "Task", "Resource": arn, "End": True}
    definition = json.dumps({"StartAt": "Only", "States": {"Only": task}})
    machine = states.create_state_machine(name=arn.split(":")[6], definition=definition, roleArn=ROLE)
    return lambda: states.start_execution(stateMachineArn=machine["stateMachineArn"])


def by_event_rule(emulator: Emulator, arn: str) -> Invoke:
    events = client(emulator, "events")
    source = arn.split(":")[6]
    events.put_rule(Name=source, EventPattern=json.dumps({"source": [source]}))
    events.put_targets(Rule=source, Targets=[{"Id": "1", "Arn": arn}])
    return lambda: events.put_events(Entries=[{"Source": source, "DetailType": "any", "Detail": "{}"}])


def by_topic(emulator: Emulator, arn: str) -> Invoke:
    sns = client(emulator, "sns")
    topic = sns.create_topic(Name=arn.split(":")[6])["TopicArn"]
    sns.subscribe(TopicArn=topic, Protocol="lambda", Endpoint=arn)
    return lambda: sns.publish(TopicArn=topic, Message="any")


def by_queue(emulator: Emulator, arn: str) -> Invoke:
    sqs = client(emulator, "sqs")
    url = sqs.create_queue(QueueName=arn.split(":")[6])["QueueUrl"]
    queue = f"arn:aws:sqs:us-east-1:000000000000:{arn.split(':')[6]}"
    client(emulator, "lambda").create_event_source_mapping(EventSourceArn=queue, FunctionName=arn, BatchSize=1)
    return lambda: sqs.send_message(QueueUrl=url, MessageBody="any")


def by_bucket(emulator: Emulator, arn: str) -> Invoke:
    s3 = client(emulator, "s3")
    name = f"bucket-of-{arn.split(':')[6]}"
    s3.create_bucket(Bucket=name)
    notify = {"LambdaFunctionConfigurations": [{"LambdaFunctionArn": arn, "Events": ["s3:ObjectCreated:*"]}]}
    s3.put_bucket_notification_configuration(Bucket=name, NotificationConfiguration=notify)
    return lambda: s3.put_object(Bucket=name, Key="any", Body=b"")


INVOKERS = (
    by_invoke_api,
    by_event_invocation,
    by_rest_api,
    by_state_machine,
    by_event_rule,
    by_topic,
    by_queue,
    by_bucket,
)


def metric_sum(emulator: Emulator, namespace: str, name: str, **dimensions: str) -> float:
    """Return the sum of a metric under exactly these dimensions, over the last hours."""
    named = [{"Name": key, "Value": value} for key, value in dimensions.items()]
    query = {"Namespace": namespace, "MetricName": name, "Dimensions": named}
    answer = client(emulator, "cloudwatch").get_metric_statistics(
        **query, StartTime="2020-01-01T00:00:00Z", EndTime="2100-01-01T00:00:00Z", Period=3600, Statistics=["Sum"]
    )
    return float(sum(point["Sum"] for point in answer["Datapoints"]))


def awaited_sum(emulator: Emulator, least: float, namespace: str, name: str, **dimensions: str) -> float:
    """Return the sum of a metric once it has reached ``least``."""
    return eventually(lambda: metric_sum(emulator, namespace, name, **dimensions), lambda total: total >= least)
