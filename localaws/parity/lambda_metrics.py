"""The metrics of AWS/Lambda: once an invocation, on every path, for the function, its alias and the version that ran.

AWS emits Invocations, Errors, Duration and Throttles by {FunctionName}; by {FunctionName, Resource} where Resource is
``name:alias`` or ``name:version``; and, through an alias, by {FunctionName, Resource, ExecutedVersion}. A throttled
request counts as a throttle only. Time-outs, failed inits and uncaught exceptions are errors. Duration is the time in
the handler, without the init. The emulator emits by {FunctionName} only, and only for the Invoke API.

AWS: "Types of metrics for Lambda functions",
https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html, and "Viewing metrics for Lambda functions",
https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-view.html
"""

from __future__ import annotations

import time
from typing import Any

from ministack.services import cloudwatch, lambda_svc

from localaws.parity.patching import Function, wrap

DURATION_KEY = "duration_ms"  # the handler's own time, where the worker measured it


def close() -> None:
    """Emit at the one point that every invocation passes, and silence the emulator's own metrics."""
    wrap(lambda_svc, "_emit_lambda_metrics", _say_nothing)
    wrap(lambda_svc, "_execute_function", _execute)


def dimension_sets(config: dict[str, Any]) -> list[dict[str, str]]:
    """Return the dimension sets of one invocation, from the configuration that ran under the ARN invoked."""
    name, version = str(config.get("FunctionName", "unknown")), str(config.get("Version", "$LATEST"))
    qualifier = str(config.get("FunctionArn", "")).partition(f":function:{name}")[2].lstrip(":")
    resource = f"{name}:{qualifier}" if qualifier else name
    sets = [{"FunctionName": name}, {"FunctionName": name, "Resource": resource}]
    if qualifier and qualifier != version:
        sets.append({"FunctionName": name, "Resource": resource, "ExecutedVersion": version})
    return sets


def _say_nothing(_original: Function, *_args: Any, **_kwargs: Any) -> None:
    return None


def _execute(original: Function, func: dict[str, Any], event: Any) -> Any:
    config = func.get("config") or func
    if lambda_svc._function_config_scope_mismatch(config):
        return original(func, event)  # runs this function again, in the account and region of the function
    started = time.perf_counter()
    result = original(func, event)
    _emit(config, result, (time.perf_counter() - started) * 1000)
    return result


def _emit(config: dict[str, Any], result: dict[str, Any], elapsed_ms: float) -> None:
    values = {"Throttles": (1.0, "Count")}
    if not result.get("throttle"):
        values = {
            "Invocations": (1.0, "Count"),
            "Errors": (1.0 if result.get("error") else 0.0, "Count"),
            "Throttles": (0.0, "Count"),
            "Duration": (float(result.get(DURATION_KEY, elapsed_ms)), "Milliseconds"),
        }
    for dimensions in dimension_sets(config):
        for name, (value, unit) in values.items():
            cloudwatch.record_metric("AWS/Lambda", name, value, unit, dimensions)
