"""The history of an execution tells the states of branches and items, and what each event follows.

On AWS each state of a Parallel's branch or of an inline Map's item is entered and left in the history, and each event
names the one before it on its own branch. The emulator records the tasks' events of branches, but neither their states
nor what they follow, so that nobody can tell which of several tasks at a time has answered.

AWS: "HistoryEvent", https://docs.aws.amazon.com/step-functions/latest/apireference/API_HistoryEvent.html, and "Using
Map state in Inline mode", https://docs.aws.amazon.com/step-functions/latest/dg/state-map-inline.html
"""

from __future__ import annotations

import json
import threading
from contextvars import ContextVar
from typing import Any

from ministack.services import stepfunctions

from localaws.parity.patching import Function, wrap

HANDLERS = ("pass", "task", "choice", "wait", "parallel", "map")
_LOCK = threading.Lock()  # an event's id is its place in the list, which branches write at the same time
_branch_of: ContextVar[dict[str, Any] | None] = ContextVar("branch_of", default=None)  # the execution
_follows: ContextVar[tuple[str, int]] = ContextVar("follows", default=("", 0))  # execution, the branch's last event


def close() -> None:
    """Tell the states of branches, and link all events."""
    wrap(stepfunctions, "_add_event", _linked)
    wrap(stepfunctions, "_run_sub_machine", _in_branch)
    for handler in HANDLERS:
        wrap(stepfunctions, f"_execute_{handler}", _told)


def _linked(original: Function, execution: dict[str, Any], event_type: str, details: Any = None) -> Any:
    arn, before = _follows.get()
    with _LOCK:
        event = original(execution, event_type, details)
    event["previousEventId"] = before if arn == execution["executionArn"] else 0
    _follows.set((execution["executionArn"], event["id"]))
    return event


def _in_branch(original: Function, states: Any, start_at: str, given: Any, execution: dict[str, Any], ctx: Any) -> Any:
    token = _branch_of.set(execution)
    try:
        return original(states, start_at, given, execution, ctx)
    finally:
        _branch_of.reset(token)


def _told(original: Function, state: dict[str, Any], given: Any, *more: Any) -> Any:
    execution = _branch_of.get()
    if execution is None:
        return original(state, given, *more)
    name = more[-1]["State"]["Name"]
    entered = {"name": name, "input": json.dumps(given)}
    stepfunctions._add_event(execution, f"{state['Type']}StateEntered", {"stateEnteredEventDetails": entered})
    output, following = original(state, given, *more)
    left = {"name": name, "output": json.dumps(output)}
    stepfunctions._add_event(execution, f"{state['Type']}StateExited", {"stateExitedEventDetails": left})
    return output, following
