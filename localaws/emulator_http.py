"""The emulator's own routes: health, readiness and reset. They exist on no AWS."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from http.client import HTTPException

_DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))
EDITION = "MINISTACK_EDITION"  # the emulator repeats this variable in its health answer


def health(port: int, timeout: float = 2.0) -> dict[str, object] | None:
    """Return the health answer of whatever emulator listens on the port; None when none answers."""
    try:
        with _DIRECT.open(f"http://127.0.0.1:{port}/_ministack/health", timeout=timeout) as answer:
            document = json.loads(answer.read())
    except (OSError, ValueError, HTTPException):
        return None
    return document if isinstance(document, dict) else None


def is_ready(port: int, instance: str) -> bool:
    """Say whether this very emulator serves on the port and has finished its start."""
    answer = health(port)
    return answer is not None and answer.get("edition") == instance and _answers(port, "/_ministack/ready")


def clear(port: int, timeout: float = 60.0) -> None:
    """Delete every resource of every service.

    Raises:
        OSError: The emulator did not answer.
    """
    request = urllib.request.Request(f"http://127.0.0.1:{port}/_ministack/reset", method="POST")
    with _DIRECT.open(request, timeout=timeout):
        return


def _answers(port: int, path: str) -> bool:
    try:
        with _DIRECT.open(f"http://127.0.0.1:{port}{path}", timeout=2.0) as answer:
            return bool(answer.status == 200)
    except (OSError, HTTPException):
        return False
