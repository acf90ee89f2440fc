"""An SQS event source with a batching window gathers messages before it invokes.

AWS waits, from the first message that it sees, until the window is over or a whole batch is there; then it invokes once
with all of them. The emulator ignores ``MaximumBatchingWindowInSeconds`` and invokes for each message as it comes. Here
the window is a wait like those of Step Functions, and is scaled by the same factor.

AWS: "Using Lambda with Amazon SQS", "Polling and batching behaviour",
https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from typing import Any

from ministack.core.arn import ArnParseError, parse_arn
from ministack.core.responses import request_scope
from ministack.services import lambda_svc, sqs

from localaws.parity.patching import Function, wrap

_opened: dict[str, float] = {}  # by event source mapping: when its window began
EventSource = tuple[str, str, dict[str, Any]]  # account, region, mapping


def close() -> None:
    """Keep a mapping from the pollers while its window is open."""
    wrap(lambda_svc, "_iter_all_esms", _due)


def _due(original: Function) -> Iterator[EventSource]:
    for account, region, mapping in original():
        with request_scope(account, region):
            held = _holds(mapping, _visible_messages(mapping))
        if not held:
            yield account, region, mapping


def _holds(mapping: dict[str, Any], waiting: int) -> bool:
    window = float(mapping.get("MaximumBatchingWindowInSeconds") or 0) * _scale()
    identity = mapping["UUID"]
    if not waiting or not window:
        _opened.pop(identity, None)
        return False
    opened = _opened.setdefault(identity, time.monotonic())
    if waiting < min(int(mapping.get("BatchSize", 10)), 10) and time.monotonic() - opened < window:
        return True
    del _opened[identity]
    return False


def _visible_messages(mapping: dict[str, Any]) -> int:
    try:
        spec = parse_arn(mapping.get("EventSourceArn", ""))
    except ArnParseError:
        return 0
    queue = sqs._queues.get(sqs._queue_url(spec.resource)) if spec.service == "sqs" else None
    now = time.time()
    return sum(message.get("visible_at", 0) <= now for message in (queue or {}).get("messages", ()))


def _scale() -> float:
    return float(os.environ.get("SFN_WAIT_SCALE", "1"))
