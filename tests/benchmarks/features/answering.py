"""What every side's process does: read the name of a piece of work, do it, say in how many seconds and bytes.

It imports nothing but the standard library, because each side has an environment of its own.
"""

import json
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any


def peak() -> int:
    """The most memory that this process has held so far, in MB (10^6 bytes).

    Not ``getrusage``, whose figure a process inherits from the one that started it; see proc(5), ``VmHWM``.
    """
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 // 10**6 for line in lines if line.startswith("VmHWM"))


def answer_all(work: Mapping[str, Callable[..., Any]]) -> None:
    """Answer each line on standard input by seconds, what was returned, and the peak of memory."""
    imported, out = peak(), sys.stdout
    sys.stdout = sys.stderr  # libraries that print
    for line in sys.stdin:
        name, *arguments = line.split()
        started = time.perf_counter()
        found = work[name](*arguments)
        seconds = time.perf_counter() - started
        print(
            json.dumps({"seconds": seconds, "found": found, "imported": imported, "peak": peak()}), file=out, flush=True
        )
