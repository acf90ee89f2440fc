"""Lines on the standard output, which Lambda sends to the function's log."""

import sys


def write_line(line: str) -> None:
    """Write a line at once."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()
