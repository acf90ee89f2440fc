"""A state machine may invoke functions and start executions only as its role allows, where IAM is enforced.

On AWS Step Functions assumes the state machine's role for every task; without ``lambda:InvokeFunction`` on the function
(or alias, as named in the task) the task fails with ``Lambda.AWSLambdaException``. The emulator runs tasks inside its
own process and asks nobody.

AWS: "How AWS Step Functions works with IAM",
https://docs.aws.amazon.com/step-functions/latest/dg/procedure-create-iam-role.html, and
"IAM policies for calling Lambda", https://docs.aws.amazon.com/step-functions/latest/dg/lambda-iam.html
"""

from __future__ import annotations

from contextvars import ContextVar
from typing import Any

from ministack import app
from ministack.core import iam_evaluator
from ministack.core.responses import get_account_id, get_region
from ministack.services import stepfunctions

from localaws.parity.patching import Function, wrap

_role: ContextVar[str | None] = ContextVar("role", default=None)


def close() -> None:
    """Remember the role of the execution that runs, and ask before it calls."""
    if app.AUTH:
        wrap(stepfunctions, "_run_execution", _run)
        wrap(stepfunctions, "_call_lambda", _call)
        wrap(stepfunctions, "_invoke_nested_start_execution", _start)
        wrap(stepfunctions, "_invoke_nested_start_execution_sync", _start)


def _run(original: Function, execution_arn: str) -> Any:
    machine = (stepfunctions._executions.get(execution_arn) or {}).get("stateMachineArn")
    token = _role.set((stepfunctions._state_machines.get(machine) or {}).get("roleArn"))
    try:
        return original(execution_arn)
    finally:
        _role.reset(token)


def _call(original: Function, function: str, event: Any) -> Any:
    place = f"arn:aws:lambda:{get_region()}:{get_account_id()}:function"
    resource = function if function.startswith("arn:") else f"{place}:{function}"
    _require("lambda:InvokeFunction", resource, "Lambda.AWSLambdaException")
    return original(function, event)


def _start(original: Function, resource: str, given: dict[str, Any]) -> Any:
    machine = str(given.get("StateMachineArn", ""))
    _require("states:StartExecution", machine, "StepFunctions.AWSStepFunctionsException")
    return original(resource, given)


def _require(action: str, resource: str, error: str) -> None:
    role = _role.get()
    if role is None:
        return
    account, name = get_account_id(), role.rpartition("/")[2]
    caller = f"arn:aws:sts::{account}:assumed-role/{name}/states"
    context = iam_evaluator.EvalContext(caller, "AssumedRole", account, action, resource, get_region())
    if iam_evaluator.evaluate(context, iam_evaluator._gather_role_policies(name, account)).decision != "Allow":
        why = f"because no identity-based policy allows the {action} action"
        message = f"User: {caller} is not authorized to perform: {action} on resource: {resource} {why}"
        raise stepfunctions._ExecutionError(error, message)
