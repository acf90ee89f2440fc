"""Step Functions fails where AWS's fails: missing paths, data over the limit, lost tokens, names in use."""

from __future__ import annotations

import json
import uuid
from typing import Any

import pytest

from localaws import Emulator
from tests.integration.localaws.clients import client
from tests.integration.localaws.gap import still_open
from tests.integration.localaws.machines import INVOKE, PASS, finish, make_machine, run, run_all, task_of

CATCH_ALL = [{"ErrorEquals": ["States.ALL"], "ResultPath": "$.error", "Next": "Caught"}]
RAISES = "class NotReachable(Exception): pass\ndef handle(event, context):\n    raise NotReachable('nobody')\n"
ECHO = "def handle(event, context):\n    return event\n"


def large(size: int) -> str:
    return f"def handle(event, context):\n    return 'x' * {size}\n"


MISSING = [
    {"Type": "Pass", "Parameters": {"value.$": "$.nowhere"}, "End": True},
    {"Type": "Pass", "Parameters": {"value.$": "$.list[7]"}, "End": True},
    {"Type": "Pass", "Parameters": {"value.$": "States.Format('{}', $.nowhere)"}, "End": True},
    {"Type": "Pass", "Parameters": {"value.$": "$$.Nowhere"}, "End": True},
    {"Type": "Pass", "InputPath": "$.nowhere", "End": True},
    {"Type": "Pass", "OutputPath": "$.nowhere", "End": True},
    {"Type": "Wait", "SecondsPath": "$.nowhere", "End": True},
    {
        "Type": "Choice",
        "Choices": [{"Variable": "$.nowhere", "StringEquals": "x", "Next": "Caught"}],
        "Default": "Caught",
    },
    {"Type": "Map", "ItemsPath": "$.nowhere", "ItemProcessor": {"StartAt": "P", "States": {"P": PASS}}, "End": True},
]


def test_a_path_to_nothing_fails_the_execution(aws: Emulator) -> None:
    ends = run_all(aws, [({"Looks": state, "Caught": PASS}, {"list": [1]}) for state in MISSING])
    assert [(ended["status"], ended["error"]) for ended in ends] == [("FAILED", "States.Runtime")] * len(MISSING)


def test_a_result_selector_to_nothing_is_caught_by_nobody(aws: Emulator) -> None:
    state = task_of(aws, ECHO, ResultSelector={"value.$": "$.nowhere"}, Catch=CATCH_ALL)
    ended = run(aws, {"Looks": state, "Caught": PASS}, {"a": 1})
    assert (ended["error"], "$.nowhere" in ended["cause"]) == ("States.Runtime", True)


def test_a_null_is_there(aws: Emulator) -> None:
    state = {"Type": "Pass", "Parameters": {"value.$": "$.champion", "none.$": "$.list[*].n"}, "End": True}
    assert run(aws, {"Looks": state}, {"champion": None, "list": []})["output"] == {"value": None, "none": []}


def test_a_path_that_the_emulator_cannot_read_says_so(aws: Emulator) -> None:
    state = {"Type": "Pass", "Parameters": {"value.$": "$.list[?(@.n > 1)]"}, "End": True}
    assert "cannot read the JSONPath" in run(aws, {"Looks": state}, {"list": [{"n": 2}]})["cause"]


def test_a_result_over_the_limit_is_not_caught_by_all(aws: Emulator) -> None:
    ended = run(aws, {"Large": task_of(aws, large(262_144), Catch=CATCH_ALL), "Caught": PASS})
    assert ended["error"] == "States.DataLimitExceeded"


def test_a_result_over_the_limit_is_caught_by_name(aws: Emulator) -> None:
    catch = [{"ErrorEquals": ["States.DataLimitExceeded"], "ResultPath": "$.error", "Next": "Caught"}]
    ended = run(aws, {"Large": task_of(aws, large(262_144), Catch=catch), "Caught": PASS})
    assert ended["output"]["error"]["Error"] == "States.DataLimitExceeded"


def test_a_result_at_the_limit_passes(aws: Emulator) -> None:
    assert run(aws, {"Large": task_of(aws, large(262_142))})["status"] == "SUCCEEDED"


def test_small_results_may_not_add_up_to_more_than_the_limit(aws: Emulator) -> None:
    processor = {"StartAt": "Large", "States": {"Large": task_of(aws, large(100_000))}}
    ended = run(aws, {"Each": {"Type": "Map", "ItemProcessor": processor, "End": True}}, [1, 2, 3])
    assert ended["error"] == "States.DataLimitExceeded"


def token_task(emulator: Emulator, source: str, **fields: Any) -> dict[str, Any]:
    parameters = {"FunctionName": task_of(emulator, source)["Resource"], "Payload": {"token.$": "$$.Task.Token"}}
    resource = f"{INVOKE}.waitForTaskToken"
    return {"Type": "Task", "Resource": resource, "Parameters": parameters, "TimeoutSeconds": 3, "End": True, **fields}


def test_a_lost_token_fails_the_task_with_the_functions_error(aws: Emulator) -> None:
    assert run(aws, {"Ask": token_task(aws, RAISES)})["error"] == "NotReachable"


def test_a_token_that_nobody_answers_times_out(aws: Emulator) -> None:
    assert run(aws, {"Ask": token_task(aws, ECHO, TimeoutSeconds=1)})["error"] == "States.Timeout"


def test_a_task_that_takes_too_long_times_out(aws: Emulator) -> None:
    source = "import time\ndef handle(event, context):\n    time.sleep(3)\n"
    assert run(aws, {"Slow": task_of(aws, source, TimeoutSeconds=1)})["error"] == "States.Timeout"


def throttled(emulator: Emulator) -> str:
    task = task_of(emulator, ECHO)
    function = task["Resource"].rpartition(":")[2]
    client(emulator, "lambda").put_function_concurrency(FunctionName=function, ReservedConcurrentExecutions=0)
    return str(run(emulator, {"Throttled": task})["error"])


def test_a_throttled_function_fails_its_task_by_awss_name(aws: Emulator) -> None:
    assert throttled(aws) == "Lambda.TooManyRequestsException"


def test_upstream_does_not_know_a_throttled_task(upstream: Emulator) -> None:
    still_open("throttled_tasks", throttled(upstream) == "Lambda.TooManyRequestsException")


def started_twice(emulator: Emulator, first: Any, second: Any) -> bool:
    states, name = client(emulator, "stepfunctions"), uuid.uuid4().hex
    machine = make_machine(emulator, {"Ask": token_task(emulator, ECHO, TimeoutSeconds=1)})
    once = states.start_execution(stateMachineArn=machine, name=name, input=json.dumps(first))
    try:
        again = states.start_execution(stateMachineArn=machine, name=name, input=json.dumps(second))
    except states.exceptions.ExecutionAlreadyExists:
        return False
    return bool(once["executionArn"] == again["executionArn"])


@pytest.mark.parametrize(("second", "same"), [({"n": 1}, True), ({"n": 2}, False)])
def test_a_running_execution_is_started_again_only_with_its_own_input(
    aws: Emulator, second: dict[str, int], same: bool
) -> None:
    assert started_twice(aws, {"n": 1}, second) == same


def nested_error(emulator: Emulator) -> str:
    states, name = client(emulator, "stepfunctions"), uuid.uuid4().hex
    machine = make_machine(emulator, {"Only": PASS})
    finish(emulator, states.start_execution(stateMachineArn=machine, name=name)["executionArn"])
    parameters = {"StateMachineArn": machine, "Name": name}
    again = {
        "Type": "Task",
        "Resource": "arn:aws:states:::states:startExecution",
        "Parameters": parameters,
        "End": True,
    }
    return str(run(emulator, {"Again": again})["error"])


def test_a_nested_start_under_a_used_name_fails_by_awss_name(aws: Emulator) -> None:
    assert nested_error(aws) == "StepFunctions.ExecutionAlreadyExistsException"


def test_upstream_takes_nothing_for_null(upstream: Emulator) -> None:
    still_open("state_paths", run(upstream, {"Looks": MISSING[0]})["status"] == "FAILED")


def test_upstream_has_no_limit(upstream: Emulator) -> None:
    ended = run(upstream, {"Large": task_of(upstream, large(262_144))})
    still_open("terminal_errors", ended["status"] == "FAILED")


def test_upstream_waits_for_a_lost_token(upstream: Emulator) -> None:
    ended = run(upstream, {"Ask": token_task(upstream, RAISES, TimeoutSeconds=1)})
    still_open("task_callbacks", ended["error"] == "NotReachable")


def test_upstream_refuses_a_repeated_start(upstream: Emulator) -> None:
    still_open("execution_names", started_twice(upstream, {"n": 1}, {"n": 1}))
