"""The Lambda function that runs this code, as a place to fit estimators."""

import re
import resource
import sys
from pathlib import Path

from roost.settings import function_memory

STATUS = Path("/proc/self/status")  # proc(5): VmHWM, in kB
UNITS_A_MEBIBYTE = 2**20 if sys.platform == "darwin" else 2**10  # getrusage(2): bytes on macOS, kilobytes on Linux


class LambdaCompute:
    """Memory of a function; a warm one has served other calls in the same process, which its peak covers too."""

    def memory(self) -> int:
        """MB that the function was given."""
        return function_memory()

    def peak(self) -> int:
        """MB that the process has held at most since it began.

        On Linux not by ``getrusage``, whose maximum a process inherits from the one that started it.
        """
        found = re.search(r"VmHWM:\s+(\d+) kB", STATUS.read_text()) if STATUS.exists() else None
        return (
            int(found[1]) // 2**10 if found else resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // UNITS_A_MEBIBYTE
        )
