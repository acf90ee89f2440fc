"""``States.ALL`` catches neither ``States.Runtime`` nor ``States.DataLimitExceeded``, and states pass 256 KiB at most.

On AWS a state's result, input or output of more than 262,144 bytes of UTF-8 ends the execution with
``States.DataLimitExceeded``; a Catch or Retry of ``States.ALL`` or ``States.TaskFailed`` does not see it, one that
names it does. ``States.Runtime`` is never caught. The emulator has no limit, and catches both.

AWS: "Step Functions service quotas", https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html, and
"Handling errors in Step Functions workflows",
https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html
"""

from __future__ import annotations

import json
from typing import Any

from ministack.services import stepfunctions

from localaws.parity.patching import Function, wrap

DATA_LIMIT = 262_144  # bytes


def close() -> None:
    """Measure what tasks return and what states put out; narrow what the catch-alls catch."""
    wrap(stepfunctions, "_invoke_resource", _measured)
    wrap(stepfunctions, "_apply_output_path", _measured)
    wrap(stepfunctions, "_error_matches", _matches)


def _measured(original: Function, *args: Any, **kwargs: Any) -> Any:
    value = original(*args, **kwargs)
    if len(json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()) > DATA_LIMIT:
        raise stepfunctions._ExecutionError(
            "States.DataLimitExceeded",
            "The state or task returned a result with a size exceeding the maximum number of bytes service limit.",
        )
    return value


def _matches(original: Function, error_equals: list[str], error: str) -> Any:
    if error == "States.Runtime":
        return False
    if error == "States.DataLimitExceeded":
        return error in error_equals
    return original(error_equals, error)
