"""State machines of a few states, run to their end."""

from __future__ import annotations

import json
import uuid
from typing import Any

from localaws import Emulator
from tests.integration.localaws.clients import client
from tests.integration.localaws.eventually import eventually
from tests.integration.localaws.functions import ROLE, make_function

PASS = {"Type": "Pass", "End": True}
INVOKE = "arn:aws:states:::lambda:invoke"


def make_machine(emulator: Emulator, states: dict[str, Any], start: str | None = None) -> str:
    """Create a state machine that starts at its first state; return its ARN."""
    definition = json.dumps({"StartAt": start or next(iter(states)), "States": states})
    name = f"machine-{uuid.uuid4().hex[:8]}"
    made = client(emulator, "stepfunctions").create_state_machine(name=name, definition=definition, roleArn=ROLE)
    return str(made["stateMachineArn"])


def finish(emulator: Emulator, execution: str) -> dict[str, Any]:
    """Wait for the end of an execution; return its description with ``output`` read."""
    describe = client(emulator, "stepfunctions").describe_execution
    ended = eventually(lambda: describe(executionArn=execution), lambda seen: seen["status"] != "RUNNING")
    return {**ended, "output": json.loads(ended.get("output") or "null")}


def start(emulator: Emulator, states: dict[str, Any], given: Any = None) -> str:
    """Start a new state machine of these states, from the first; return the execution's ARN."""
    machine, given = make_machine(emulator, states), json.dumps({} if given is None else given)
    started = client(emulator, "stepfunctions").start_execution(stateMachineArn=machine, input=given)
    return str(started["executionArn"])


def run(emulator: Emulator, states: dict[str, Any], given: Any = None) -> dict[str, Any]:
    """Run a new state machine of these states, from the first, to its end."""
    return finish(emulator, start(emulator, states, given))


def run_all(emulator: Emulator, cases: list[tuple[dict[str, Any], Any]]) -> list[dict[str, Any]]:
    """Run one state machine for each pair of states and input, side by side, all to their ends."""
    started = [start(emulator, states, given) for states, given in cases]
    return [finish(emulator, execution) for execution in started]


def task_of(emulator: Emulator, source: str, **fields: Any) -> dict[str, Any]:
    """Return a Task state that invokes a new function of this source with the state's input."""
    arn = make_function(emulator, f"task-{uuid.uuid4().hex[:8]}", source)
    return {"Type": "Task", "Resource": arn, "End": True, **fields}


def invoke_of(emulator: Emulator, source: str, **fields: Any) -> dict[str, Any]:
    """Return the same in the form of the optimized integration, whose result is an envelope."""
    task = task_of(emulator, source)
    parameters = {"FunctionName": task["Resource"], "Payload.$": "$"}
    return {**task, "Resource": INVOKE, "Parameters": parameters, **fields}
