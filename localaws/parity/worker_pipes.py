"""The pipes between the emulator and one function's process: requests, answers, and the log."""

from __future__ import annotations

import json
import os
import queue
import select
import subprocess
import threading
import time
from typing import IO, Any

from localaws.parity.function_bootstrap import END_OF_LOG

_LOG_GRACE_SECONDS = 2.0


class ProcessEndedError(Exception):
    """The function's process ended before it answered."""


class WorkerPipes:
    """Talks to one function's process."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        assert process.stdin is not None and process.stdout is not None and process.stderr is not None
        self._requests, self._answers = process.stdin, process.stdout
        self._logs: queue.Queue[str] = queue.Queue()
        threading.Thread(target=self._collect, args=(process.stderr,), daemon=True, name="function-log").start()

    def send(self, message: dict[str, Any]) -> None:
        """Write one request.

        Raises:
            ProcessEndedError: Nobody reads any more.
        """
        try:
            self._requests.write(json.dumps(message).encode() + b"\n")
            self._requests.flush()
        except OSError as error:
            raise ProcessEndedError from error

    def receive(self, deadline: float) -> dict[str, Any]:
        """Read one answer, of any length.

        Args:
            deadline: When to give up, by ``time.monotonic``.

        Raises:
            TimeoutError: There was no whole answer by then.
            ProcessEndedError: The process closed the pipe.
        """
        descriptor = self._answers.fileno()
        poll = select.poll()
        poll.register(descriptor, select.POLLIN)
        chunks: list[bytes] = []
        while not (chunks and chunks[-1].endswith(b"\n")):
            remaining = deadline - time.monotonic()
            if remaining <= 0 or not poll.poll(remaining * 1000):
                raise TimeoutError
            chunks.append(os.read(descriptor, 1 << 20))
            if not chunks[-1]:
                raise ProcessEndedError
        answer: dict[str, Any] = json.loads(b"".join(chunks))
        return answer

    def take_log(self) -> str:
        """Return the log of the invocation that has just ended, or what a process that ended had written."""
        try:
            return self._logs.get(timeout=_LOG_GRACE_SECONDS)
        except queue.Empty:
            return ""

    def _collect(self, stream: IO[bytes]) -> None:
        lines: list[str] = []
        for raw in stream:
            line = raw.decode(errors="replace").rstrip("\r\n")
            text, mark, _ = line.partition(END_OF_LOG)
            if text or not mark:
                lines.append(text)
            if mark:
                self._logs.put("\n".join(lines))
                lines = []
        self._logs.put("\n".join(lines))
        stream.close()
