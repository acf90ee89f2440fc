"""What can go wrong with the embedded AWS, said so that the reader knows what to do."""

from __future__ import annotations

from pathlib import Path

TAIL_LINES = 30


class LocalAwsError(Exception):
    """The embedded AWS could not do what was asked; the message names the cause and the fix."""


def tail(log: Path, lines: int = TAIL_LINES) -> str:
    """Return the last lines of a log file, or a remark when it is missing or empty."""
    if not log.exists():
        return f"(no log at {log})"
    text = log.read_text(encoding="utf-8", errors="replace").splitlines()
    return "\n".join(text[-lines:]) or f"({log} is empty)"
