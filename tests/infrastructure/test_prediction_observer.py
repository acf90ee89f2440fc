"""Predictions on their way from the log to the observer, and outcomes on theirs to the recorder."""

from typing import Any

from roost.monitoring_names import ANSWERED
from tests.infrastructure.conftest import flat, of_type


def test_every_scoring_function_is_observed_by_one_function(platform: dict[str, Any]) -> None:
    filters = [item["Properties"] for item in of_type(platform, "AWS::Logs::SubscriptionFilter").values()]
    assert {flat(each["LogGroupName"]) for each in filters} == {
        f"<{name}>" for name in of_type(platform, "AWS::Logs::LogGroup") if "Scoring" in name
    }
    assert {each["FilterPattern"] for each in filters} == {ANSWERED}
    (observer,) = {flat(each["DestinationArn"]) for each in filters}
    assert platform[observer.strip("<>")]["Properties"]["FunctionName"] == "roost-test-observe-predictions"


def test_cloudwatch_may_call_the_observer_for_these_logs_only(platform: dict[str, Any]) -> None:
    callers = [
        item["Properties"] for item in of_type(platform, "AWS::Lambda::Permission").values()
        if item["Properties"]["Principal"] == "logs.amazonaws.com"
    ]  # fmt: skip
    assert len(callers) == 2
    assert all("Scoring" in flat(each["SourceArn"]) for each in callers)


def test_what_the_observer_gives_up_is_kept_for_two_weeks_and_rings(platform: dict[str, Any]) -> None:
    (retries,) = (item["Properties"] for item in of_type(platform, "AWS::Lambda::EventInvokeConfig").values())
    assert (retries["MaximumRetryAttempts"], retries["Qualifier"]) == (2, "$LATEST")
    name = flat(retries["DestinationConfig"]["OnFailure"]["Destination"]).strip("<>")
    assert platform[name]["Properties"]["MessageRetentionPeriod"] == 14 * 86_400
    alarms = [item["Properties"] for item in of_type(platform, "AWS::CloudWatch::Alarm").values()]
    (waiting,) = (alarm for alarm in alarms if alarm.get("MetricName") == "ApproximateNumberOfMessagesVisible")
    assert (waiting["Threshold"], waiting["Dimensions"][0]["Value"]) == (1, {"Fn::GetAtt": [name, "QueueName"]})


def test_outcomes_of_every_model_and_of_unknown_ones_are_signed_and_go_to_one_function(
    platform: dict[str, Any],
) -> None:
    resources = of_type(platform, "AWS::ApiGateway::Resource")
    parents = {name: item["Properties"]["PathPart"] for name, item in resources.items()}
    outcomes = {
        name: parents[item["Properties"]["ParentId"]["Ref"]] for name, item in resources.items()
        if item["Properties"]["PathPart"] == "outcomes"
    }  # fmt: skip
    assert set(outcomes.values()) == {"churn", "fraud", "{model}"}
    methods = [
        item["Properties"] for item in of_type(platform, "AWS::ApiGateway::Method").values()
        if item["Properties"]["ResourceId"]["Ref"] in outcomes
    ]  # fmt: skip
    assert [(method["HttpMethod"], method["AuthorizationType"]) for method in methods] == [("POST", "AWS_IAM")] * 3
