"""Events of EventBridge and messages of SNS invoke a function asynchronously: a failure is tried again.

On AWS both hand the event to the function's asynchronous queue: a failed invocation is repeated twice, and what still
fails goes to the function's dead-letter queue or on-failure destination. The emulator invokes once and drops the
event; it knows the repetition and the destinations, but for other sources only.

AWS: "Invoking a Lambda function asynchronously",
https://docs.aws.amazon.com/lambda/latest/dg/invocation-async.html, and
"How Lambda handles errors and retries with asynchronous invocation",
https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html
"""

from __future__ import annotations

import json
from contextvars import ContextVar
from typing import Any

from ministack.services import eventbridge, lambda_svc, sns

from localaws.parity.patching import Function, wrap

_asynchronous: ContextVar[bool] = ContextVar("asynchronous", default=False)


def close() -> None:
    """Send both through the emulator's own asynchronous invocation."""
    wrap(eventbridge, "_dispatch_to_lambda", _rule)
    wrap(sns, "_deliver_to_lambda", _topic)
    wrap(lambda_svc, "_execute_function_with_config_scope", _execute)


def _rule(original: Function, arn: str, payload: str) -> None:
    func, config, _name = lambda_svc._get_func_record_for_ref(arn)
    try:
        event = json.loads(payload)
    except (TypeError, ValueError):
        func = None
    if not func or not config:
        original(arn, payload)  # says what is wrong
        return
    lambda_svc.invoke_async_with_retry(lambda_svc._execution_record_for_config(func, config), event)


def _topic(original: Function, *args: Any, **kwargs: Any) -> Any:
    token = _asynchronous.set(True)
    try:
        return original(*args, **kwargs)
    finally:
        _asynchronous.reset(token)


def _execute(original: Function, func: dict[str, Any], event: Any) -> Any:
    if not _asynchronous.get():
        return original(func, event)
    lambda_svc.invoke_async_with_retry(func, event)
    return {}
