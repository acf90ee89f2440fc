"""What a function prints in the embedded metric format becomes CloudWatch metrics, and stays in the log."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from localaws import Emulator
from tests.integration.localaws.clients import client
from tests.integration.localaws.functions import invoke, make_function, publish
from tests.integration.localaws.gap import still_open
from tests.integration.localaws.invokers import metric_sum

PRINTS = """
import json, time

def handle(event, context):
    header = {"Timestamp": int(time.time() * 1000), "CloudWatchMetrics": event["directives"]}
    print(json.dumps({"_aws": header, **event["members"]}))
"""


def printed(emulator: Emulator, namespace: str, dimensions: list[list[str]], metrics: list[Any], **members: Any) -> str:
    name = f"printing-{namespace}"
    make_function(emulator, name, PRINTS)
    directive = {"Namespace": namespace, "Dimensions": dimensions, "Metrics": metrics}
    answer = invoke(emulator, name, {"directives": [directive], "members": members})
    assert "FunctionError" not in answer
    return name


def fresh() -> str:
    return uuid.uuid4().hex[:8]


def test_a_number_becomes_a_metric_with_its_dimensions(aws: Emulator) -> None:
    space = fresh()
    printed(aws, space, [["Model"]], [{"Name": "Scored"}], Model="fraud", Scored=3)
    assert metric_sum(aws, space, "Scored", Model="fraud") == 3
    assert metric_sum(aws, space, "Scored", Model="churn") == 0


def test_an_array_becomes_one_value_a_member(aws: Emulator) -> None:
    space = fresh()
    printed(aws, space, [["Model"]], [{"Name": "Latency", "Unit": "Milliseconds"}], Model="fraud", Latency=[1, 2, 4.5])
    assert metric_sum(aws, space, "Latency", Model="fraud") == 7.5
    query = {"Namespace": space, "MetricName": "Latency", "Dimensions": [{"Name": "Model", "Value": "fraud"}]}
    span = {"StartTime": "2020-01-01T00:00:00Z", "EndTime": "2100-01-01T00:00:00Z", "Period": 3600}
    found = client(aws, "cloudwatch").get_metric_statistics(**query, **span, Statistics=["SampleCount", "Maximum"])
    point = found["Datapoints"][0]
    assert (point["SampleCount"], point["Maximum"], point["Unit"]) == (3, 4.5, "Milliseconds")


def test_each_dimension_set_gets_the_metric(aws: Emulator) -> None:
    space = fresh()
    members = {"Model": "fraud", "Version": "7", "Scored": 2}
    printed(aws, space, [["Model"], ["Model", "Version"], []], [{"Name": "Scored"}], **members)
    sets: list[dict[str, str]] = [{"Model": "fraud"}, {"Model": "fraud", "Version": "7"}, {}]
    listed = client(aws, "cloudwatch").list_metrics(Namespace=space)["Metrics"]
    assert sorted(len(metric["Dimensions"]) for metric in listed) == [0, 1, 2]
    assert [metric_sum(aws, space, "Scored", **named) for named in sets[:2]] == [2, 2]


@pytest.mark.parametrize("value", ["many", None, True, [1, "two"], {"count": 1}])
def test_what_is_no_number_is_no_metric(aws: Emulator, value: Any) -> None:
    space = fresh()
    printed(aws, space, [[]], [{"Name": "Scored"}], Scored=value)
    assert client(aws, "cloudwatch").list_metrics(Namespace=space)["Metrics"] == []


def test_the_line_is_in_the_log_stream_of_its_version(aws: Emulator) -> None:
    space = fresh()
    name = printed(aws, space, [[]], [{"Name": "Scored"}], Scored=1)
    version = publish(aws, name)
    directive = {"Namespace": space, "Dimensions": [[]], "Metrics": [{"Name": "Again"}]}
    invoke(aws, f"{name}:{version}", {"directives": [directive], "members": {"Again": 1}})
    found = client(aws, "logs").filter_log_events(logGroupName=f"/aws/lambda/{name}", filterPattern="Again")["events"]
    assert [f"[{version}]" in event["logStreamName"] for event in found] == [True]


def test_upstream_makes_no_metric_of_it(upstream: Emulator) -> None:
    space = fresh()
    printed(upstream, space, [["Model"]], [{"Name": "Scored"}], Model="fraud", Scored=3)
    still_open("embedded_metrics", metric_sum(upstream, space, "Scored", Model="fraud") == 3)
