"""A Python function's process: its errors, its streams, its life."""

from __future__ import annotations

import base64
import subprocess
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from localaws import Emulator, stop
from localaws.parity.function_bootstrap import RESPONSE_LIMIT
from tests.integration.localaws.functions import answer_of, invoke, make_function
from tests.integration.localaws.gap import still_open


def log_of(answer: dict[str, Any]) -> list[str]:
    return base64.b64decode(answer.get("LogResult", "")).decode().splitlines()


OWN_ERROR = (
    "class NoModelReleased(Exception): pass\ndef handle(event, context):\n    raise NoModelReleased('none yet')\n"
)


def test_an_exception_is_reported_by_its_class_name(aws: Emulator) -> None:
    answer = answer_of(aws, OWN_ERROR)
    assert answer["FunctionError"] == "Unhandled"
    assert (answer["Payload"]["errorType"], answer["Payload"]["errorMessage"]) == ("NoModelReleased", "none yet")
    assert "raise NoModelReleased" in "".join(answer["Payload"]["stackTrace"])
    assert log_of(answer)[0] == "[ERROR] NoModelReleased: none yet"


@pytest.mark.parametrize(
    ("source", "error_type", "message"),
    [
        ("import absent_library\n", "Runtime.ImportModuleError", "No module named 'absent_library'"),
        ("x = 1\n", "Runtime.HandlerNotFound", "Handler 'handle' missing"),
        ("raise KeyError('setting')\n", "KeyError", "'setting'"),
        ("import os\nos._exit(4)\n", "Runtime.ExitError", "exit status 4"),
        ("def handle(event, context):\n    return {1, 2}\n", "Runtime.MarshalError", "not JSON serializable"),
        ("import sys\ndef handle(event, context):\n    sys.exit(2)\n", "Runtime.ExitError", "exit status 2"),
    ],
)
def test_the_runtime_names_its_own_failures(aws: Emulator, source: str, error_type: str, message: str) -> None:
    payload = answer_of(aws, source)["Payload"]
    assert payload["errorType"] == error_type
    assert message in payload["errorMessage"]


COUNTS = """
import time
calls = 0
def handle(event, context):
    global calls
    calls += 1
    if event == "raise":
        raise ValueError("on purpose")
    if event == "sleep":
        time.sleep(30)
    return calls
"""


def test_an_exception_leaves_the_process_alive(aws: Emulator) -> None:
    make_function(aws, "counts", COUNTS)
    assert [invoke(aws, "counts", event)["Payload"] for event in (None, "raise", None)][::2] == [1, 3]


def test_a_time_out_ends_the_process(aws: Emulator) -> None:
    make_function(aws, "sleeps", COUNTS, Timeout=1)
    answers = [invoke(aws, "sleeps", event)["Payload"] for event in (None, "sleep", None)]
    assert answers[1]["errorType"] == "Sandbox.Timedout"
    assert "Task timed out after 1.00 seconds" in answers[1]["errorMessage"]
    assert answers[::2] == [1, 1]


PRINTS = """
import os, sys
def handle(event, context):
    print("from print")
    sys.stderr.write("to stderr\\n")
    os.write(1, b"from C\\n")
    print("without an end", end="")
"""


def test_everything_printed_is_logged_once_and_in_order(aws: Emulator) -> None:
    name = "prints"
    make_function(aws, name, PRINTS)
    lines = [log_of(invoke(aws, name, LogType="Tail")) for _ in range(3)]
    assert lines == [["from print", "to stderr", "from C", "without an end"]] * 3


def test_a_quiet_invocation_logs_nothing_of_the_one_before(aws: Emulator) -> None:
    make_function(aws, "quiet", "def handle(event, context):\n    event and print(event)\n")
    assert [log_of(invoke(aws, "quiet", event, LogType="Tail")) for event in ("loud", None)] == [["loud"], []]


def test_what_was_printed_before_a_time_out_is_logged(aws: Emulator) -> None:
    source = "import time\ndef handle(event, context):\n    print('started')\n    time.sleep(30)\n"
    assert log_of(answer_of(aws, source, Timeout=1))[0] == "started"


@pytest.mark.parametrize("size", [1_000_000, RESPONSE_LIMIT - 2])
def test_a_large_response_and_a_long_line_arrive_whole(aws: Emulator, size: int) -> None:
    source = f"def handle(event, context):\n    print('y' * {size})\n    return 'x' * {size}\n"
    assert answer_of(aws, source)["Payload"] == "x" * size


def test_a_response_over_awss_limit_is_an_error(aws: Emulator) -> None:
    payload = answer_of(aws, f"def handle(event, context):\n    return 'x' * {RESPONSE_LIMIT}\n")["Payload"]
    assert payload["errorType"] == "Function.ResponseSizeTooLarge"


def test_a_large_event_arrives_whole(aws: Emulator) -> None:
    assert (
        answer_of(aws, "def handle(event, context):\n    return len(event)\n", "x" * 5_000_000)["Payload"] == 5_000_000
    )


def test_concurrent_invocations_have_processes_of_their_own(aws: Emulator) -> None:
    source = "import os, time\ndef handle(event, context):\n    time.sleep(0.5)\n    return os.getpid()\n"
    make_function(aws, "parallel", source)
    with ThreadPoolExecutor(3) as callers:
        processes = list(callers.map(lambda _: invoke(aws, "parallel")["Payload"], range(3)))
    assert len(set(processes)) == 3


OUTLIVES = """
import os, threading
threading.Thread(target=threading.Event().wait).start()
def handle(event, context):
    return os.getpid()
"""


def test_a_stopped_emulator_leaves_no_process(start_emulator: Callable[[], Emulator]) -> None:
    emulator = start_emulator()
    make_function(emulator, "outlives", OUTLIVES)
    process = invoke(emulator, "outlives")["Payload"]
    stop(emulator.folder)
    assert subprocess.run(["ps", "-p", str(process)], capture_output=True, check=False).returncode == 1


def test_upstream_hides_the_class_of_an_exception(upstream: Emulator) -> None:
    closed = answer_of(upstream, OWN_ERROR)["Payload"]["errorType"] == "NoModelReleased"
    still_open("function_worker", closed)
