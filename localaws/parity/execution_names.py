"""Starting an execution again under its name, with its input, is no error while it runs.

On AWS StartExecution is idempotent for a running execution of the same name and input: it answers with that execution.
Otherwise the name is taken, and a state machine that starts another sees the error
``StepFunctions.ExecutionAlreadyExistsException``. The emulator refuses every repetition, under another error name.

AWS: "StartExecution", https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html, and
"Start a new AWS Step Functions state machine from a running execution",
https://docs.aws.amazon.com/step-functions/latest/dg/connect-stepfunctions.html
"""

from __future__ import annotations

from typing import Any

from ministack.core.responses import get_account_id, get_region, json_response
from ministack.services import stepfunctions

from localaws.parity.patching import Function, wrap

NESTED_ERROR = "StepFunctions.ExecutionAlreadyExistsException"


def close() -> None:
    """Find the running execution first, and name the error of a nested start as AWS does."""
    wrap(stepfunctions, "_start_execution", _start)
    for nested in ("_invoke_nested_start_execution", "_invoke_nested_start_execution_sync"):
        wrap(stepfunctions, nested, _nested)


def _start(original: Function, request: dict[str, Any]) -> Any:
    running = _execution_named(request)
    if running and running["status"] == "RUNNING" and running["input"] == request.get("input", "{}"):
        return json_response({"executionArn": running["executionArn"], "startDate": running["startDate"]})
    return original(request)


def _execution_named(request: dict[str, Any]) -> dict[str, Any] | None:
    machine = stepfunctions._resolve_state_machine_arn(request.get("stateMachineArn", ""))
    if machine is None or not request.get("name"):
        return None
    place = f"arn:aws:states:{get_region()}:{get_account_id()}:execution"
    found = stepfunctions._executions.get(f"{place}:{machine.rpartition(':')[2]}:{request['name']}")
    return dict(found) if found else None


def _nested(original: Function, resource: str, input_data: Any) -> Any:
    try:
        return original(resource, input_data)
    except stepfunctions._ExecutionError as error:
        if error.error != "ExecutionAlreadyExists":
            raise
        raise stepfunctions._ExecutionError(NESTED_ERROR, error.cause) from error
