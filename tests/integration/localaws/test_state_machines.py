"""What Roost's pipelines rely on in Step Functions works in the emulator as on AWS."""

from __future__ import annotations

import json
from typing import Any

import pytest

from localaws import Emulator
from tests.integration.localaws.clients import client
from tests.integration.localaws.gap import still_open
from tests.integration.localaws.machines import INVOKE, PASS, invoke_of, run, run_all, task_of

ECHO = "def handle(event, context):\n    return event\n"
RAISES = "class NoModelReleased(Exception): pass\ndef handle(event, context):\n    raise NoModelReleased('none yet')\n"
FAILS_TWICE = """
calls = 0
class Busy(Exception): pass
def handle(event, context):
    global calls
    calls += 1
    if calls < 3:
        raise Busy(calls)
    return calls
"""


def caught(*errors: str) -> dict[str, Any]:
    return {"Catch": [{"ErrorEquals": list(errors), "ResultPath": "$.error", "Next": "Caught"}]}


@pytest.mark.parametrize("make", [task_of, invoke_of], ids=["by ARN", "by lambda:invoke"])
def test_an_exception_is_caught_by_its_class_name(aws: Emulator, make: Any) -> None:
    fails = make(aws, RAISES)
    names = ("NoModelReleased", "States.TaskFailed", "States.ALL")
    cases = [({"Fails": {**fails, **caught(name)}, "Caught": PASS}, {"kept": 1}) for name in names]
    for ended in run_all(aws, cases):
        assert (ended["output"]["kept"], ended["output"]["error"]["Error"]) == (1, "NoModelReleased")
        assert json.loads(ended["output"]["error"]["Cause"])["errorMessage"] == "none yet"


def test_an_exception_of_another_class_is_not_caught(aws: Emulator) -> None:
    ended = run(aws, {"Fails": task_of(aws, RAISES, **caught("SomethingElse")), "Caught": PASS})
    assert (ended["status"], ended["error"]) == ("FAILED", "NoModelReleased")


def test_an_exception_is_retried_by_its_class_name(aws: Emulator) -> None:
    retry = [{"ErrorEquals": ["Busy"], "IntervalSeconds": 1, "MaxAttempts": 2, "BackoffRate": 2}]
    assert run(aws, {"Tries": task_of(aws, FAILS_TWICE, Retry=retry)})["output"] == 3


def test_retries_end(aws: Emulator) -> None:
    retry = [{"ErrorEquals": ["Busy"], "IntervalSeconds": 1, "MaxAttempts": 1}]
    assert run(aws, {"Tries": task_of(aws, FAILS_TWICE, Retry=retry)})["error"] == "Busy"


def test_a_map_runs_its_items_with_a_selector(aws: Emulator) -> None:
    selector = {"place.$": "$$.Map.Item.Index", "item.$": "$$.Map.Item.Value", "shared.$": "$.shared"}
    processor = {"ProcessorConfig": {"Mode": "INLINE"}, "StartAt": "Echo", "States": {"Echo": task_of(aws, ECHO)}}
    each = {
        "Type": "Map",
        "ItemsPath": "$.items",
        "ItemSelector": selector,
        "MaxConcurrency": 2,
        "ItemProcessor": processor,
        "ResultPath": "$.mapped",
        "End": True,
    }
    output = run(aws, {"Each": each}, {"items": ["a", "b", "c"], "shared": 7})["output"]
    assert output["mapped"] == [{"place": place, "item": item, "shared": 7} for place, item in enumerate("abc")]


def test_a_failed_item_fails_the_map_by_its_error(aws: Emulator) -> None:
    processor = {"StartAt": "Fails", "States": {"Fails": task_of(aws, RAISES)}}
    each = {"Type": "Map", "ItemProcessor": processor, "End": True, **caught("NoModelReleased")}
    assert run(aws, {"Each": each, "Caught": {"Type": "Pass", "Result": "caught", "End": True}}, [1, 2])["output"] == (
        "caught"
    )


CHOICES = [
    ({"Variable": "$.n", "NumericGreaterThanEquals": 3}, {"n": 3}),
    ({"Variable": "$.n", "NumericLessThanPath": "$.limit"}, {"n": 1, "limit": 2}),
    ({"Variable": "$.s", "StringEquals": "approve"}, {"s": "approve"}),
    ({"Variable": "$.b", "BooleanEquals": True}, {"b": True}),
    ({"Variable": "$.x", "IsPresent": True}, {"x": None}),
    ({"Not": {"Variable": "$.x", "IsPresent": True}}, {}),
    (
        {"And": [{"Variable": "$.n", "NumericEquals": 1}, {"Variable": "$.s", "StringMatches": "v*"}]},
        {"n": 1, "s": "v1"},
    ),
    ({"Or": [{"Variable": "$.n", "IsNull": True}, {"Variable": "$.n", "IsNumeric": True}]}, {"n": 4}),
]


def test_a_choice_follows_its_rule(aws: Emulator) -> None:
    chosen, other = {"Type": "Pass", "Result": "chosen", "End": True}, {"Type": "Pass", "Result": "other", "End": True}
    cases = []
    for rule, given in CHOICES:
        choose = {"Type": "Choice", "Choices": [{**rule, "Next": "Chosen"}], "Default": "Other"}
        cases.append(({"Choose": choose, "Chosen": chosen, "Other": other}, given))
    wrong = [case for case, ended in zip(CHOICES, run_all(aws, cases), strict=True) if ended["output"] != "chosen"]
    assert wrong == []


def test_a_wait_takes_its_seconds_from_the_input(aws: Emulator) -> None:
    wait = {"Type": "Wait", "SecondsPath": "$.plan.seconds", "Next": "After"}
    given = {"plan": {"seconds": 3600}}
    assert run(aws, {"Wait": wait, "After": PASS}, given)["output"] == given


def test_a_fail_state_takes_its_error_and_cause_from_the_input(aws: Emulator) -> None:
    fail = {"Type": "Fail", "ErrorPath": "$.error", "CausePath": "States.Format('{} of {}', $.why, $.model)"}
    ended = run(aws, {"Fail": fail}, {"error": "RolledBack", "why": "latency", "model": "fraud"})
    assert (ended["status"], ended["error"], ended["cause"]) == ("FAILED", "RolledBack", "latency of fraud")


INTRINSICS = {
    "States.Format('{}/{}', $.x, $.n)": "X/5",
    "States.Array($.x, 1)": ["X", 1],
    "States.ArrayLength($.list)": 3,
    "States.ArrayGetItem($.list, 1)": 2,
    "States.ArrayContains($.list, 9)": False,
    "States.MathAdd($.n, -1)": 4,
    "States.JsonMerge($.one, $.two, false)": {"a": 1, "b": 2},
    "States.StringToJson('[1]')": [1],
    "States.JsonToString($.one)": '{"a":1}',
    "States.Hash($.x, 'SHA-256')": "4b68ab3847feda7d6c62c1fbcbeebfa35eab7351ed5e78f4ddadea5df64b8015",
}


def test_an_intrinsic_function_has_its_value(aws: Emulator) -> None:
    given = {"x": "X", "n": 5, "list": [1, 2, 3], "one": {"a": 1}, "two": {"b": 2}}
    shape = {"Type": "Pass", "Parameters": {f"{expression}.$": expression for expression in INTRINSICS}, "End": True}
    assert run(aws, {"Shape": shape}, given)["output"] == INTRINSICS


def test_a_result_selector_and_paths_shape_the_output(aws: Emulator) -> None:
    selector = {"first.$": "$.Payload.list[0]", "all.$": "$.Payload.list[*].n", "version.$": "$.ExecutedVersion"}
    state = invoke_of(aws, ECHO, ResultSelector=selector, ResultPath="$.result", OutputPath="$.result")
    output = run(aws, {"Echo": state}, {"list": [{"n": 1}, {"n": 2}]})["output"]
    assert output == {"first": {"n": 1}, "all": [1, 2], "version": "$LATEST"}


def test_the_history_tells_each_states_name_input_and_output(aws: Emulator) -> None:
    echo = {**task_of(aws, ECHO, ResultPath="$.more"), "End": False, "Next": "After"}
    ended = run(aws, {"Echo": echo, "After": PASS}, {"a": 1})
    history = client(aws, "stepfunctions").get_execution_history(executionArn=ended["executionArn"])["events"]
    entered = [event["stateEnteredEventDetails"] for event in history if "stateEnteredEventDetails" in event]
    left = [event["stateExitedEventDetails"] for event in history if "stateExitedEventDetails" in event]
    assert [(told["name"], json.loads(told["input"])) for told in entered] == [
        ("Echo", {"a": 1}),
        ("After", {"a": 1, "more": {"a": 1}}),
    ]
    assert [json.loads(told["output"]) for told in left] == [{"a": 1, "more": {"a": 1}}] * 2


@pytest.mark.parametrize(("verb", "status"), [("success", "SUCCEEDED"), ("failure", "FAILED")])
def test_a_token_answers_a_task(aws: Emulator, verb: str, status: str) -> None:
    source = f"""
    import boto3
    def handle(event, context):
        states = boto3.client("stepfunctions")
        if "{verb}" == "success":
            states.send_task_success(taskToken=event["token"], output='"approved"')
        else:
            states.send_task_failure(taskToken=event["token"], error="Rejected", cause="by hand")
    """
    function = task_of(aws, source)["Resource"]
    parameters = {"FunctionName": function, "Payload": {"token.$": "$$.Task.Token"}}
    approve = {"Type": "Task", "Resource": f"{INVOKE}.waitForTaskToken", "Parameters": parameters, "End": True}
    ended = run(aws, {"Approve": approve})
    assert (ended["status"], ended.get("error")) == (status, None if verb == "success" else "Rejected")


def executed_version(emulator: Emulator) -> bool:
    return "ExecutedVersion" in run(emulator, {"Echo": invoke_of(emulator, ECHO)})["output"]


def test_upstream_does_not_name_the_executed_version(upstream: Emulator) -> None:
    still_open("invoke_result", executed_version(upstream))
