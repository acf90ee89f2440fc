"""The runtime inside a function's process: loads the handler, then answers one invocation a line.

Run as a script by the plain interpreter (``-S``: nobody's site-packages), so it imports the standard library only.
Requests arrive on the first standard input, answers leave on the first standard output; then both are closed to the
function, whose prints, from Python or from C, all go to standard error, which is the log. A mark on the log tells the
emulator where an invocation's lines end, so that it need not wait for silence.
"""

from __future__ import annotations

import importlib
import json
import os
import site
import sys
import time
import traceback
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, TextIO

END_OF_LOG = "\x1e--end-of-invocation--\x1e"
RESPONSE_LIMIT = 6_291_556  # bytes, AWS: "Lambda quotas", synchronous invocation payload
Handler = Callable[[Any, Any], Any]


class UnusableHandlerError(Exception):
    """A failure that AWS names itself, such as ``Runtime.ImportModuleError``."""

    def __init__(self, error_type: str, message: str) -> None:
        super().__init__(message)
        self.error_type = error_type


def run() -> None:
    """Serve until the emulator closes the requests."""
    requests, answers = _take_streams()
    try:
        handler = _load(json.loads(requests.readline()))
    except Exception as error:
        _send(answers, {"error": _failure(error)})
        sys.exit(1)
    _send(answers, {"ready": True})
    current: dict[str, str] = {}
    for line in requests:
        request = json.loads(line)
        for name in current:
            os.environ.pop(name, None)
        current = request["environment"]
        os.environ.update(current)
        answer = _answer(handler, request)
        sys.stdout.flush()
        sys.stderr.write(END_OF_LOG + "\n")
        sys.stderr.flush()
        answers.write(answer + "\n")
        answers.flush()


def _take_streams() -> tuple[TextIO, TextIO]:
    requests = os.fdopen(os.dup(0), encoding="utf-8")
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(2, 1)
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(encoding="utf-8", errors="backslashreplace", line_buffering=True)  # type: ignore[union-attr]
    return requests, answers


def _load(init: dict[str, Any]) -> Handler:
    _extend_path(init)
    module_name, _, function_name = init["handler"].rpartition(".")
    try:
        module = importlib.import_module(module_name.replace("/", "."))
    except ImportError as error:
        traceback.print_exc()
        raise UnusableHandlerError(
            "Runtime.ImportModuleError", f"Unable to import module '{module_name}': {error}"
        ) from error
    handler = getattr(module, function_name, None)
    if handler is None:
        raise UnusableHandlerError(
            "Runtime.HandlerNotFound", f"Handler '{function_name}' missing on module '{module_name}'"
        )
    if init["snap_start"]:
        _snap_and_restore()
    return handler  # type: ignore[no-any-return]


def _extend_path(init: dict[str, Any]) -> None:
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    places = [init["code"]]
    for layer in init["layers"]:
        places += [f"{layer}/python/lib/{version}/site-packages", f"{layer}/python"]
    places = [place for place in places if os.path.isdir(place)]  # noqa: PTH112 - keeps the start of a worker short
    sys.path[:0] = places
    site.addsitedir(init["runtime"])
    for place in places[1:]:
        site.addsitedir(place, set(sys.path))


def _snap_and_restore() -> None:
    try:
        hooks = importlib.import_module("snapshot_restore_py")
    except ImportError:
        return
    for function, args, kwargs in [*reversed(hooks.get_before_snapshot()), *hooks.get_after_restore()]:
        function(*args, **kwargs)


def _answer(handler: Handler, request: dict[str, Any]) -> str:
    started = time.perf_counter()
    try:
        result = handler(request["event"], _context(request))
        body: dict[str, Any] = {"encoded": _encode(result)}
    except Exception as error:
        failure = _failure(error)
        print(f"[ERROR] {failure['errorType']}: {failure['errorMessage']}", file=sys.stderr)
        print("Traceback (most recent call last):\n" + "".join(failure["stackTrace"]), file=sys.stderr)
        body = {"error": {**failure, "requestId": request["request_id"]}}
    duration = (time.perf_counter() - started) * 1000
    encoded = body.pop("encoded", None)
    head = json.dumps({**body, "duration_ms": duration})
    return head if encoded is None else f'{head[:-1]}, "result": {encoded}}}'


def _encode(result: Any) -> str:
    try:
        encoded = json.dumps(result)
    except (TypeError, ValueError, RecursionError) as error:
        raise UnusableHandlerError("Runtime.MarshalError", f"Unable to marshal response: {error}") from error
    if len(encoded) > RESPONSE_LIMIT:
        limit = f"maximum allowed payload size ({RESPONSE_LIMIT} bytes)"
        message = f"Response payload size ({len(encoded)} bytes) exceeded {limit}."
        raise UnusableHandlerError("Function.ResponseSizeTooLarge", message)
    return encoded


def _context(request: dict[str, Any]) -> SimpleNamespace:
    deadline = request["deadline"]
    environment = os.environ
    return SimpleNamespace(
        function_name=environment["AWS_LAMBDA_FUNCTION_NAME"],
        function_version=environment["AWS_LAMBDA_FUNCTION_VERSION"],
        memory_limit_in_mb=environment["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"],
        log_group_name=environment["AWS_LAMBDA_LOG_GROUP_NAME"],
        log_stream_name=environment["AWS_LAMBDA_LOG_STREAM_NAME"],
        invoked_function_arn=request["invoked_function_arn"],
        aws_request_id=request["request_id"],
        identity=SimpleNamespace(cognito_identity_id=None, cognito_identity_pool_id=None),
        client_context=None,
        get_remaining_time_in_millis=lambda: max(0, int((deadline - time.time()) * 1000)),
    )


def _failure(error: Exception) -> dict[str, Any]:
    if isinstance(error, UnusableHandlerError):
        return {"errorMessage": str(error), "errorType": error.error_type, "stackTrace": []}
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename != __file__]
    trace = traceback.StackSummary.from_list(frames).format()
    return {"errorMessage": str(error), "errorType": type(error).__name__, "stackTrace": trace}


def _send(answers: TextIO, message: dict[str, Any]) -> None:
    answers.write(json.dumps(message) + "\n")
    answers.flush()


if __name__ == "__main__":
    run()
