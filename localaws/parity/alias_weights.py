"""Weighted aliases: an invocation through an alias runs one of its two versions, drawn by weight.

AWS draws at every invocation, whatever invokes: the Invoke API, API Gateway, Step Functions, EventBridge, SNS, SQS. The
answer's ``X-Amz-Executed-Version`` names the version that ran, and the function sees the alias's ARN as its
``invoked_function_arn``. Reading a function through an alias (GetFunctionConfiguration) shows the main version.
The emulator stores the weights and always runs the main version.

AWS: "Implement Lambda canary deployments using a weighted alias",
https://docs.aws.amazon.com/lambda/latest/dg/configuring-alias-routing.html
"""

from __future__ import annotations

import random
from contextvars import ContextVar
from typing import Any

from ministack.services import lambda_svc

from localaws.parity.patching import Function, wrap

_reading: ContextVar[bool] = ContextVar("reading", default=False)
_alias_arn: ContextVar[str | None] = ContextVar("alias_arn", default=None)


def close() -> None:
    """Draw the version at every place where the emulator resolves an alias in order to invoke it."""
    wrap(lambda_svc, "_effective_func_record_for_qualifier", _resolve)
    wrap(lambda_svc, "_get_function", _read)
    wrap(lambda_svc, "_get_function_config", _read)
    wrap(lambda_svc, "_invoke", _invoke)
    wrap(lambda_svc, "_execute_function", _execute)


def draw_version(alias: dict[str, Any]) -> str:
    """Return the version that this invocation of an alias runs, with the probability that its weights give."""
    weights = (alias.get("RoutingConfig") or {}).get("AdditionalVersionWeights") or {}
    point = random.random()
    for version, weight in weights.items():
        point -= float(weight)
        if point < 0:
            return str(version)
    return str(alias.get("FunctionVersion", "$LATEST"))


def _resolve(original: Function, func: dict[str, Any] | None, qualifier: str | None) -> Any:
    alias = ((func or {}).get("aliases") or {}).get(qualifier)
    if alias is None or _reading.get():
        return original(func, qualifier)
    record, config = original(func, draw_version(alias))
    if config is None:
        return record, config
    config = {**config, "FunctionArn": alias["AliasArn"]}
    return {**record, "config": config}, config


def _read(original: Function, *args: Any, **kwargs: Any) -> Any:
    token = _reading.set(True)
    try:
        return original(*args, **kwargs)
    finally:
        _reading.reset(token)


async def _invoke(
    original: Function,
    name: str,
    event: Any,
    headers: dict[str, str],
    path_qualifier: str | None = None,
    query_params: dict[str, Any] | None = None,
) -> Any:
    asked = path_qualifier or lambda_svc._qp_first(query_params or {}, "Qualifier")
    alias = ((lambda_svc._functions.get(name) or {}).get("aliases") or {}).get(asked)
    if alias is None:
        return await original(name, event, headers, path_qualifier, query_params)
    token = _alias_arn.set(alias["AliasArn"])
    try:
        return await original(name, event, headers, draw_version(alias), query_params)
    finally:
        _alias_arn.reset(token)


def _execute(original: Function, func: dict[str, Any], event: Any) -> Any:
    arn, config = _alias_arn.get(), func.get("config") or {}
    function, _, version = str(config.get("FunctionArn", "")).rpartition(":")
    if arn is not None and version.isdigit() and arn.rpartition(":")[0] == function:
        func = {**func, "config": {**config, "FunctionArn": arn}}
    return original(func, event)
