"""A log stream belongs to an execution environment, and is the one that the function's context names.

On AWS every invocation that one environment serves is logged in that environment's stream, ``context.log_stream_name``.
The emulator makes a new stream for each invocation, under a name that the function never sees.

AWS: "Log function stdout", "Working with Lambda function logs",
https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs.html
"""

from __future__ import annotations

import time
from contextvars import ContextVar
from typing import Any

from ministack.services import cloudwatch_logs, lambda_svc

from localaws.parity.patching import Function, wrap

served_by: ContextVar[str | None] = ContextVar("served_by", default=None)  # the stream of the environment that ran last


def close() -> None:
    """Write an invocation's lines into the stream of the environment that served it."""
    wrap(lambda_svc, "_emit_lambda_logs", _emit)


def log_group_of(config: dict[str, Any]) -> str:
    """Return the name of the log group of a function."""
    chosen = (config.get("LoggingConfig") or {}).get("LogGroup")
    return str(chosen or f"/aws/lambda/{config['FunctionName']}")


def _emit(
    original: Function,
    func: dict[str, Any],
    request_id: str,
    log_text: str,
    error: bool,
    duration_ms: int,
    **kwargs: Any,
) -> Any:
    stream = served_by.get()
    if stream is None:
        return original(func, request_id, log_text, error, duration_ms, **kwargs)
    config = func.get("config") or func
    place = {"logGroupName": log_group_of(config), "logStreamName": stream}
    if place["logGroupName"] not in cloudwatch_logs._log_groups:
        cloudwatch_logs._create_log_group(place)
    cloudwatch_logs._create_log_stream(place)  # answers with an error where the stream exists
    now = int(time.time() * 1000)
    lines = _lines(config, request_id, log_text, duration_ms)
    events = [{"timestamp": now, "message": line} for line in lines]
    return cloudwatch_logs._put_log_events({**place, "logEvents": events})


def _lines(config: dict[str, Any], request_id: str, log_text: str, duration_ms: int) -> list[str]:
    duration = f"Duration: {duration_ms} ms\tBilled Duration: {duration_ms} ms"
    return [
        f"START RequestId: {request_id} Version: {config.get('Version', '$LATEST')}",
        *(log_text or "").splitlines(),
        f"END RequestId: {request_id}",
        f"REPORT RequestId: {request_id}\t{duration}\tMemory Size: {config.get('MemorySize', 128)} MB",
    ]
