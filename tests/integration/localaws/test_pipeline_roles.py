"""Where IAM is enforced, a state machine calls only what its role allows."""

from __future__ import annotations

import json
import uuid
from typing import Any

import pytest

from localaws import Emulator
from tests.integration.localaws.clients import client
from tests.integration.localaws.functions import make_function
from tests.integration.localaws.gap import still_open
from tests.integration.localaws.machines import PASS, finish

STATES = {"Effect": "Allow", "Principal": {"Service": "states.amazonaws.com"}, "Action": "sts:AssumeRole"}


def make_role(emulator: Emulator, *allowed: tuple[str, str]) -> str:
    """Return the ARN of a role for Step Functions that allows these actions on these resources."""
    name, iam = f"role-{uuid.uuid4().hex[:8]}", client(emulator, "iam")
    trust = json.dumps({"Version": "2012-10-17", "Statement": [STATES]})
    arn = iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust)["Role"]["Arn"]
    statements = [{"Effect": "Allow", "Action": action, "Resource": resource} for action, resource in allowed]
    if statements:
        policy = json.dumps({"Version": "2012-10-17", "Statement": statements})
        iam.put_role_policy(RoleName=name, PolicyName="allowed", PolicyDocument=policy)
    return str(arn)


def make_guarded_machine(emulator: Emulator, state: dict[str, Any], role: str) -> str:
    definition = json.dumps({"StartAt": "Only", "States": {"Only": {**state, "End": True}}})
    name, states = f"guarded-{uuid.uuid4().hex[:8]}", client(emulator, "stepfunctions")
    return str(states.create_state_machine(name=name, definition=definition, roleArn=role)["stateMachineArn"])


def run_as(emulator: Emulator, state: dict[str, Any], *allowed: tuple[str, str]) -> dict[str, Any]:
    machine = make_guarded_machine(emulator, state, make_role(emulator, *allowed))
    started = client(emulator, "stepfunctions").start_execution(stateMachineArn=machine)
    return finish(emulator, started["executionArn"])


def make_called(emulator: Emulator, name: str) -> str:
    source = "def handle(event, context):\n    return 'called'\n"
    return make_function(emulator, name, source, Role=make_role(emulator))


def call_without_leave(emulator: Emulator) -> dict[str, Any]:
    arn = make_called(emulator, f"called-{uuid.uuid4().hex[:8]}")
    return run_as(emulator, {"Type": "Task", "Resource": arn})


def test_a_function_that_the_role_does_not_name_is_not_called(guarded: Emulator) -> None:
    ended = call_without_leave(guarded)
    assert (ended["status"], ended["error"]) == ("FAILED", "Lambda.AWSLambdaException")
    assert "is not authorized to perform: lambda:InvokeFunction" in ended["cause"]


@pytest.mark.parametrize("suffix", ["", ":live"])
def test_a_grant_counts_for_the_name_that_it_has(guarded: Emulator, suffix: str) -> None:
    name = f"called-{uuid.uuid4().hex[:8]}"
    arn = make_called(guarded, name)
    client(guarded, "lambda").create_alias(FunctionName=name, Name="live", FunctionVersion="$LATEST")
    ended = run_as(guarded, {"Type": "Task", "Resource": f"{arn}:live"}, ("lambda:InvokeFunction", f"{arn}{suffix}"))
    assert ended["status"] == ("SUCCEEDED" if suffix else "FAILED")


@pytest.mark.parametrize("granted", [True, False])
def test_another_state_machine_is_started_only_with_leave(guarded: Emulator, granted: bool) -> None:
    inner = make_guarded_machine(guarded, PASS, make_role(guarded))
    start = {"Type": "Task", "Resource": "arn:aws:states:::states:startExecution"}
    allowed = [("states:StartExecution", inner)] if granted else []
    ended = run_as(guarded, {**start, "Parameters": {"StateMachineArn": inner}}, *allowed)
    assert ended["status"] == ("SUCCEEDED" if granted else "FAILED")


def test_upstream_asks_nobody(upstream_guarded: Emulator) -> None:
    still_open("pipeline_roles", call_without_leave(upstream_guarded)["status"] == "FAILED")
