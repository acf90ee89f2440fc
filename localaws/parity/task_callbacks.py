"""A task that waits for a token fails at once when the function that was to hand the token on fails.

On AWS ``lambda:invoke.waitForTaskToken`` fails with the function's error if the invocation fails. The emulator drops
the error and waits for a token that nobody holds until the time-out, or for ever.

AWS: "Discover service integration patterns in Step Functions", "Wait for a Callback with Task Token",
https://docs.aws.amazon.com/step-functions/latest/dg/connect-to-resource.html#connect-wait-token
"""

from __future__ import annotations

from contextvars import ContextVar
from typing import Any

from ministack.services import stepfunctions

from localaws.parity.patching import Function, wrap

_token: ContextVar[str | None] = ContextVar("token", default=None)


def close() -> None:
    """Answer the token with the error that the emulator drops."""
    wrap(stepfunctions, "_invoke_with_callback", _with_callback)
    wrap(stepfunctions, "_call_lambda", _call)


def _with_callback(original: Function, resource: str, input_data: Any, token: str, state: dict[str, Any]) -> Any:
    reset = _token.set(token)
    try:
        return original(resource, input_data, token, state)
    finally:
        _token.reset(reset)


def _call(original: Function, function: str, event: Any) -> Any:
    try:
        return original(function, event)
    except stepfunctions._ExecutionError as error:
        waiting = stepfunctions._task_tokens.get(_token.get())
        if waiting is not None:
            waiting["error"] = {"Error": error.error, "Cause": error.cause}
            waiting["event"].set()
        raise
