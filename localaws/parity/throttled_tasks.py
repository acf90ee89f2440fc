"""A task whose function is throttled fails as Lambda.TooManyRequestsException, which machines retry by name.

The emulator calls it ``Lambda.Unknown``, AWS's name for a function that ended without saying why, so that no retry of
throttling was ever seen to work.

AWS: "Handling errors in Step Functions workflows", "Handle transient Lambda service exceptions",
https://docs.aws.amazon.com/step-functions/latest/dg/sfn-best-practices.html#bp-lambda-serviceexception
"""

from __future__ import annotations

from typing import Any

from ministack.services import stepfunctions

from localaws.parity.patching import Function, wrap

THROTTLED = "TooManyRequestsException"
CAUSE = "Rate Exceeded. (Service: Lambda, Status Code: 429)"


def close() -> None:
    """Name the error where a task calls a function."""
    wrap(stepfunctions, "_call_lambda", _call)


def _call(original: Function, *args: Any, **kwargs: Any) -> Any:
    try:
        return original(*args, **kwargs)
    except stepfunctions._ExecutionError as failure:
        if failure.error != "Lambda.Unknown" or f'"{THROTTLED}"' not in failure.cause:
            raise
        raise stepfunctions._ExecutionError(f"Lambda.{THROTTLED}", CAUSE) from failure
