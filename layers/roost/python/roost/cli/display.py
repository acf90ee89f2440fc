"""What a person sees on the terminal, and what a program reads from standard output."""

import json
from collections.abc import Iterable, Sequence
from typing import Any

from rich.console import Console
from rich.table import Table

out = Console()
err = Console(stderr=True)

COLOURS = {
    "SUCCEEDED": "green", "FAILED": "red", "RUNNING": "yellow", "ABORTED": "red", "TIMED_OUT": "red",
    "live": "green", "canary": "yellow", "approved": "cyan", "rolled_back": "red", "rejected": "red",
    "completed": "green", "running": "yellow",
}  # fmt: skip


def note(text: str) -> None:
    """Say something that is not the answer."""
    err.print(text, style="dim", highlight=False)


def print_json(value: Any) -> None:
    """The answer for programs."""
    print(json.dumps(value, indent=2, default=str))


def coloured(word: str) -> str:
    """A status in its colour."""
    return f"[{COLOURS[word]}]{word}[/]" if word in COLOURS else word


def table(title: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> Table:
    """A table; cells are shown as text, None as nothing."""
    drawn = Table(title=title, title_justify="left", title_style="bold", header_style="bold")
    for column in columns:
        drawn.add_column(column, overflow="fold")
    for row in rows:
        drawn.add_row(*("" if cell is None else coloured(str(cell)) for cell in row))
    return drawn


def seconds(value: float | None) -> str:
    """A duration as people read it."""
    if value is None:
        return "…"
    return f"{value:.1f} s" if value < 90 else f"{value // 60:.0f} min {value % 60:.0f} s"


def brief(output: dict[str, Any], width: int = 90) -> str:
    """The scalars of a step's answer in one line; digests and keys are cut short."""
    parts = [f"{name} {_short(value)}" for name, value in output.items() if isinstance(value, str | int | float)]
    line = " · ".join(parts)
    return line if len(line) <= width else line[: width - 1] + "…"


def _short(value: Any) -> str:
    text = f"{value:.4g}" if isinstance(value, float) else str(value)
    return text if len(text) <= 40 else text[:10] + "…"
