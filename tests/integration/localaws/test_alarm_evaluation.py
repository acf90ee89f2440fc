"""Alarms over their own metric, period by period, to ALARM and back, with their actions."""

from __future__ import annotations

import json
import time
import uuid
from typing import Any

import pytest

from localaws import Emulator
from tests.integration.localaws.clients import client
from tests.integration.localaws.eventually import eventually
from tests.integration.localaws.functions import invoke, make_function
from tests.integration.localaws.gap import still_open

MODEL = [{"Name": "Model", "Value": "fraud"}]
OTHER = [{"Name": "Model", "Value": "churn"}]
PERIOD = 60


class Watch:
    """An alarm on a metric of its own, and what is published for it."""

    def __init__(self, emulator: Emulator) -> None:
        self.emulator, self.name = emulator, f"alarm-{uuid.uuid4().hex[:8]}"
        self.cloudwatch = client(emulator, "cloudwatch")

    def put_alarm(self, **settings: Any) -> None:
        plain = {"Namespace": self.name, "MetricName": "Drift", "Dimensions": MODEL, "Period": PERIOD}
        plain |= {"Statistic": "Maximum"} if "ExtendedStatistic" not in settings else {}
        rule = {"ComparisonOperator": "GreaterThanThreshold", "Threshold": 10, "EvaluationPeriods": 1}
        what = {} if "Metrics" in settings else plain
        self.cloudwatch.put_metric_alarm(AlarmName=self.name, **(what | rule | settings))

    def publish(self, *values: float, periods_ago: int = 0, dimensions: Any = MODEL, metric: str = "Drift") -> None:
        when = time.time() - periods_ago * PERIOD
        data = {"MetricName": metric, "Dimensions": dimensions, "Timestamp": when, "Values": list(values)}
        self.cloudwatch.put_metric_data(Namespace=self.name, MetricData=[data])

    def state(self) -> str:
        return str(self.cloudwatch.describe_alarms(AlarmNames=[self.name])["MetricAlarms"][0]["StateValue"])

    def topic(self) -> tuple[str, str]:
        """Return the ARN of a topic and the URL of a queue that gets its messages."""
        queue = client(self.emulator, "sqs").create_queue(QueueName=self.name)["QueueUrl"]
        arn = client(self.emulator, "sns").create_topic(Name=self.name)["TopicArn"]
        endpoint = f"arn:aws:sqs:us-east-1:000000000000:{self.name}"
        client(self.emulator, "sns").subscribe(TopicArn=arn, Protocol="sqs", Endpoint=endpoint)
        return arn, queue


def test_an_alarm_without_data_has_insufficient_data(aws: Emulator) -> None:
    watch = Watch(aws)
    watch.put_alarm()
    assert watch.state() == "INSUFFICIENT_DATA"


def test_the_metric_of_another_model_rings_nothing(aws: Emulator) -> None:
    watch = Watch(aws)
    watch.put_alarm()
    watch.publish(99, dimensions=OTHER)
    watch.publish(99, dimensions=[])
    assert watch.state() == "INSUFFICIENT_DATA"
    watch.publish(99)
    assert watch.state() == "ALARM"


def test_a_value_within_bounds_is_ok(aws: Emulator) -> None:
    watch = Watch(aws)
    watch.put_alarm()
    watch.publish(3)
    assert watch.state() == "OK"


def test_periods_are_judged_one_by_one(aws: Emulator) -> None:
    watch = Watch(aws)
    watch.put_alarm(EvaluationPeriods=2, Statistic="Sum")
    watch.publish(6, periods_ago=2)
    watch.publish(6, periods_ago=1)
    assert watch.state() == "OK"


@pytest.mark.parametrize(("to_alarm", "state"), [(2, "ALARM"), (3, "OK")])
def test_m_of_n_periods_ring(aws: Emulator, to_alarm: int, state: str) -> None:
    watch = Watch(aws)
    watch.put_alarm(EvaluationPeriods=3, DatapointsToAlarm=to_alarm)
    for periods_ago, value in ((3, 20), (2, 1), (1, 20)):
        watch.publish(value, periods_ago=periods_ago)
    assert watch.state() == state


def test_a_percentile_is_one_of_its_values(aws: Emulator) -> None:
    watch = Watch(aws)
    watch.put_alarm(ExtendedStatistic="p50", Threshold=5)
    watch.publish(1, 2, 100)
    assert watch.state() == "OK"


@pytest.mark.parametrize(
    ("treatment", "state"), [("breaching", "ALARM"), ("notBreaching", "OK"), ("ignore", "INSUFFICIENT_DATA")]
)
def test_no_data_is_treated_as_told(aws: Emulator, treatment: str, state: str) -> None:
    watch = Watch(aws)
    watch.put_alarm(TreatMissingData=treatment)
    assert watch.state() == state


def test_the_period_that_runs_replaces_a_breach_by_better_data(aws: Emulator) -> None:
    watch = Watch(aws)
    watch.put_alarm(Period=10)
    now = time.time()
    for when, value in ((now - 10, 99), (now, 1)):
        data = {"MetricName": "Drift", "Dimensions": MODEL, "Timestamp": when, "Value": value}
        watch.cloudwatch.put_metric_data(Namespace=watch.name, MetricData=[data])
    assert watch.state() == "OK"


def test_actions_tell_of_the_alarm_and_of_its_end(aws: Emulator) -> None:
    watch = Watch(aws)
    topic, queue = watch.topic()
    watch.put_alarm(AlarmActions=[topic], OKActions=[topic], TreatMissingData="notBreaching", EvaluationPeriods=2)
    watch.publish(99, periods_ago=2)
    watch.publish(99, periods_ago=1)
    watch.publish(1)
    received: list[tuple[str, str]] = []

    def receive() -> list[tuple[str, str]]:
        for message in client(aws, "sqs").receive_message(QueueUrl=queue).get("Messages", ()):
            told = json.loads(json.loads(message["Body"])["Message"])
            received.append((told["OldStateValue"], told["NewStateValue"]))
        return received

    assert ("ALARM", "OK") in eventually(receive, lambda told: len(told) >= 3)
    assert ("OK", "ALARM") in received


def test_an_alarm_returns_to_ok_as_time_passes(aws: Emulator) -> None:
    watch = Watch(aws)
    watch.put_alarm(Period=1, TreatMissingData="notBreaching")
    watch.publish(99)
    eventually(watch.state, lambda state: state == "OK", seconds=20)
    history = watch.cloudwatch.describe_alarm_history(AlarmName=watch.name, HistoryItemType="StateUpdate")
    changes = [item["HistorySummary"] for item in history["AlarmHistoryItems"]]
    assert "Alarm updated from ALARM to OK" in changes


def test_an_alarm_sees_what_a_function_prints(aws: Emulator) -> None:
    watch = Watch(aws)
    watch.put_alarm()
    source = """
    import json, time
    def handle(event, context):
        directive = {"Namespace": event, "Dimensions": [["Model"]], "Metrics": [{"Name": "Drift"}]}
        header = {"Timestamp": int(time.time() * 1000), "CloudWatchMetrics": [directive]}
        print(json.dumps({"_aws": header, "Model": "fraud", "Drift": 99}))
    """
    make_function(aws, watch.name, source)
    invoke(aws, watch.name, watch.name)
    assert eventually(watch.state, lambda state: state == "ALARM")


def ratio(namespace: str) -> list[dict[str, Any]]:
    def metric(name: str, metric_name: str) -> dict[str, Any]:
        what = {"Namespace": namespace, "MetricName": metric_name, "Dimensions": MODEL}
        return {"Id": name, "ReturnData": False, "MetricStat": {"Metric": what, "Period": PERIOD, "Stat": "Sum"}}

    rate = {"Id": "rate", "Expression": "IF(calls > 0, 100 * errors / calls, 0)", "ReturnData": True}
    return [rate, {**metric("errors", "Errors")}, {**metric("calls", "Calls")}]


def test_metric_math_rings_on_a_ratio(aws: Emulator) -> None:
    watch = Watch(aws)
    watch.put_alarm(Metrics=ratio(watch.name))
    watch.publish(1, metric="Errors")
    watch.publish(100, metric="Calls")
    assert watch.state() == "OK"
    watch.publish(50, metric="Errors")
    assert watch.state() == "ALARM"


def deploy_math(emulator: Emulator, name: str) -> str:
    properties = {
        "AlarmName": name,
        "Metrics": ratio(name),
        "ComparisonOperator": "GreaterThanThreshold",
        "Threshold": 10,
        "EvaluationPeriods": 1,
        "TreatMissingData": "notBreaching",
    }
    body = json.dumps({"Resources": {"Alarm": {"Type": "AWS::CloudWatch::Alarm", "Properties": properties}}})
    stacks = client(emulator, "cloudformation")
    stacks.create_stack(StackName=name, TemplateBody=body)

    def status() -> str:
        return str(stacks.describe_stacks(StackName=name)["Stacks"][0]["StackStatus"])

    return eventually(status, lambda seen: not seen.endswith("PROGRESS"))


def test_a_template_may_declare_metric_math(aws: Emulator) -> None:
    watch = Watch(aws)
    assert deploy_math(aws, watch.name) == "CREATE_COMPLETE"
    described = watch.cloudwatch.describe_alarms(AlarmNames=[watch.name])["MetricAlarms"][0]
    assert described["Metrics"] == ratio(watch.name)
    assert "MetricName" not in described
    for metric in ("Errors", "Calls"):
        watch.publish(5, metric=metric)
    assert watch.state() == "ALARM"


def test_upstream_rings_for_another_model(upstream: Emulator) -> None:
    watch = Watch(upstream)
    watch.put_alarm()
    watch.publish(99, dimensions=OTHER)
    still_open("alarm_evaluation", watch.state() != "ALARM")


def test_upstream_refuses_metric_math(upstream: Emulator) -> None:
    still_open("metric_math", deploy_math(upstream, Watch(upstream).name) == "CREATE_COMPLETE")
