"""A JSONPath that finds nothing fails the execution.

On AWS a path in ``Parameters``, ``ResultSelector``, ``InputPath``, ``SecondsPath`` or a Choice rule that is not in the
input ends the execution with ``States.Runtime``, which no ``States.ALL`` catches; only ``IsPresent`` may ask for what
is not there, and a null is there. The emulator goes on with null, so that a state machine passes here that fails on
AWS. A path of a kind that the emulator cannot read (filters, slices, ``..``) is refused by name instead of being null.

AWS: "Handling errors in Step Functions workflows", ``States.Runtime`` and ``States.ParameterPathFailure``,
https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html, and "Choice workflow state",
https://docs.aws.amazon.com/step-functions/latest/dg/state-choice.html
"""

from __future__ import annotations

import json
from typing import Any

from ministack.services import stepfunctions

from localaws.parity.patching import Function, wrap

_NOTHING = object()


def close() -> None:
    """Look before a null is taken for an answer."""
    wrap(stepfunctions, "_resolve_path", _resolve)
    wrap(stepfunctions, "_evaluate_rule", _rule)


def _resolve(original: Function, path: str, data: Any) -> Any:
    value = original(path, data)
    if value is None and _find(path, data) is _NOTHING:
        shown = json.dumps(data)[:1000]
        raise stepfunctions._ExecutionError(
            "States.Runtime", f"The JSONPath '{path}' could not be found in the input '{shown}'"
        )
    return value


def _rule(original: Function, rule: dict[str, Any], data: Any, ctx: Any = None) -> Any:
    if "IsPresent" not in rule or "Variable" not in rule:
        return original(rule, data, ctx)
    path = rule["Variable"]
    place, inside = (path[1:], ctx or {}) if path.startswith("$$.") else (path, data)
    return (_find(place, inside) is not _NOTHING) == rule["IsPresent"]


def _find(path: str, data: Any) -> Any:
    if path in ("", "$"):
        return data
    tokens = stepfunctions._parse_jsonpath_tokens(path)
    if tokens is None:
        raise stepfunctions._ExecutionError("States.Runtime", f"The emulator cannot read the JSONPath '{path}'")
    for kind, name in tokens:
        if kind == "wildcard":
            return data  # what a wildcard finds is a list, an empty one too
        data = _step(data, kind, name)
    return data


def _step(data: Any, kind: str, name: Any) -> Any:
    if kind == "field":
        return data.get(name, _NOTHING) if isinstance(data, dict) else _NOTHING
    return data[name] if isinstance(data, list) and name < len(data) else _NOTHING
