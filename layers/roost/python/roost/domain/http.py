"""HTTP answers of the endpoint: JSON documents, and problem documents for errors (RFC 9457)."""

import base64
import binascii
import functools
import json
import re
from collections.abc import Callable
from typing import Any

from roost.errors import MalformedRequest, RequestError, RequestTooLarge

MAX_BODY = 64 * 1024
PROBLEM_TYPE = "urn:roost:problem:"


def parsed_body(event: dict[str, Any], parse: Callable[[str | bytes], Any] = json.loads, most: int = MAX_BODY) -> Any:
    """The JSON document in an API Gateway proxy event.

    Raises:
        RequestTooLarge: the body has more than ``most`` bytes.
        MalformedRequest: the body is missing or no JSON; the message says where.
    """
    body = _decoded(event)
    size = len(body.encode()) if isinstance(body, str) else len(body)
    if size > most:
        raise RequestTooLarge(f"the body has {size} bytes; at most {most} are taken")
    if not body.strip():
        raise MalformedRequest("the body is empty; send a JSON object")
    try:
        return parse(body)
    except (ValueError, RecursionError) as error:
        raise MalformedRequest(f"the body is not valid JSON: {error}") from None


def _decoded(event: dict[str, Any]) -> str | bytes:
    body = event.get("body") or ""
    if not event.get("isBase64Encoded"):
        return str(body)
    try:
        return base64.b64decode(body, validate=True)
    except binascii.Error as error:
        raise MalformedRequest(f"the body is not valid base64: {error}") from None


def answer(status: int, body: str, content_type: str = "application/json") -> dict[str, Any]:
    """An API Gateway proxy response."""
    return {"statusCode": status, "headers": {"Content-Type": content_type}, "body": body}


def problem(error: RequestError, instance: str = "") -> dict[str, Any]:
    """The problem document of an error; ``instance`` is the request's id, by which the log can be searched.

    ``type`` is stable: callers may branch on it.
    """
    document = {"type": problem_type(type(error)), "title": error.title, "status": error.status, "detail": error.detail}
    further = {"field": error.field, "instance": instance}
    return document | {name: value for name, value in further.items() if value}


@functools.cache
def problem_type(error: type[RequestError]) -> str:
    """The URN of an error's class: ``urn:roost:problem:invalid-field``."""
    return PROBLEM_TYPE + re.sub(r"(?<!^)(?=[A-Z])", "-", error.__name__).lower()
