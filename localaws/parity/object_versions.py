"""S3's events on EventBridge name the version of the object.

AWS puts ``version-id`` into ``detail.object`` for a bucket with versioning. The emulator leaves it out, though its
notifications to queues, topics and functions have it.

AWS: "EventBridge event message structure", https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html
"""

from __future__ import annotations

import json
from contextvars import ContextVar
from typing import Any

from ministack.services import eventbridge, s3

from localaws.parity.patching import Function, wrap

_version: ContextVar[str | None] = ContextVar("version", default=None)


def close() -> None:
    """Remember the version while an event is made, and add it on the way to EventBridge."""
    wrap(s3, "_fire_s3_event", _fire)
    wrap(eventbridge, "_dispatch_event", _dispatch)


def _fire(original: Function, *args: Any, version_id: str | None = None, **kwargs: Any) -> Any:
    token = _version.set(version_id)
    try:
        return original(*args, version_id=version_id, **kwargs)
    finally:
        _version.reset(token)


def _dispatch(original: Function, event: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
    version = _version.get()
    if version is not None and event.get("Source") == "aws.s3":
        detail = json.loads(event["Detail"])
        detail["object"]["version-id"] = version
        event = {**event, "Detail": json.dumps(detail)}
    return original(event, *args, **kwargs)
