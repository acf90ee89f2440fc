"""HTTP answers of the endpoint: JSON documents, and problem documents for errors (RFC 9457)."""

import base64
import binascii
import json
from typing import Any

from roost.errors import MalformedRequest, RequestError, RequestTooLarge
from roost.names import PROBLEM_JSON

MAX_BODY = 64 * 1024


def parsed_body(event: dict[str, Any]) -> Any:
    """The JSON document in an API Gateway proxy event.

    Raises:
        RequestTooLarge: the body has more than ``MAX_BODY`` bytes.
        MalformedRequest: the body is missing or no JSON; the message says where.
    """
    body = _decoded(event)
    if len(body) > MAX_BODY:
        raise RequestTooLarge(f"the body has {len(body)} bytes; at most {MAX_BODY} are taken")
    if not body.strip():
        raise MalformedRequest("the body is empty; send a JSON object")
    try:
        return json.loads(body)
    except (ValueError, RecursionError) as error:
        raise MalformedRequest(f"the body is not valid JSON: {error}") from None


def _decoded(event: dict[str, Any]) -> bytes:
    body = event.get("body") or ""
    if not event.get("isBase64Encoded"):
        return str(body).encode()
    try:
        return base64.b64decode(body, validate=True)
    except binascii.Error as error:
        raise MalformedRequest(f"the body is not valid base64: {error}") from None


def answer(status: int, document: dict[str, Any], content_type: str = "application/json") -> dict[str, Any]:
    """An API Gateway proxy response."""
    return {"statusCode": status, "headers": {"Content-Type": content_type}, "body": json.dumps(document)}


def problem(error: RequestError) -> dict[str, Any]:
    """The problem document of an error, as an API Gateway proxy response."""
    document = {"type": "about:blank", "title": error.title, "status": error.status, "detail": error.detail}
    if error.field:
        document["field"] = error.field
    return answer(error.status, document, PROBLEM_JSON)
