"""The result of a ``lambda:invoke`` task names the version that ran.

On AWS the result holds ``ExecutedVersion`` beside ``Payload`` and ``StatusCode``, as the Invoke API's answer does;
behind a weighted alias only this tells which version it was. The emulator leaves it out.

AWS: "Invoke AWS Lambda function with Step Functions",
https://docs.aws.amazon.com/step-functions/latest/dg/connect-lambda.html
"""

from __future__ import annotations

from contextvars import ContextVar
from typing import Any

from ministack.services import lambda_svc, stepfunctions

from localaws.parity.patching import Function, wrap

_ran: ContextVar[dict[str, str] | None] = ContextVar("ran", default=None)


def close() -> None:
    """Note the version where a function runs, and add it where a task ends."""
    wrap(lambda_svc, "_execute_function", _execute)
    wrap(stepfunctions, "_invoke_resource", _invoke)


def _execute(original: Function, func: dict[str, Any], event: Any) -> Any:
    noted = _ran.get()
    if noted is not None:
        noted["ExecutedVersion"] = (func.get("config") or func).get("Version", "$LATEST")
    return original(func, event)


def _invoke(original: Function, resource: str, input_data: Any) -> Any:
    noted: dict[str, str] = {}
    token = _ran.set(noted)
    try:
        result = original(resource, input_data)
    finally:
        _ran.reset(token)
    return {**noted, **result} if "states:::lambda:invoke" in resource else result
