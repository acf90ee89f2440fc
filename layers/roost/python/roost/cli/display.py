"""What a person sees on the terminal, and what a program reads from standard output."""

import json
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.markup import escape
from rich.measure import Measurement
from rich.table import Table

out = Console()
err = Console(stderr=True)

COLOURS = {
    "SUCCEEDED": "green", "FAILED": "red", "RUNNING": "yellow", "ABORTED": "red", "TIMED_OUT": "red",
    "live": "green", "canary": "yellow", "approved": "cyan", "rolled_back": "red", "rejected": "red",
    "completed": "green", "running": "yellow", "passed": "green", "missed": "red",
    "crossed": "red", "doubtful": "yellow", "within": "green",
}  # fmt: skip

LONGEST_WORD = 12
UNBOUNDED = 100_000


def note(text: str) -> None:
    """Say something that is not the answer, on one line."""
    err.print(text, style="dim", highlight=False, markup=False, soft_wrap=True)


def complain(what: str, detail: str) -> None:
    """Say on one line what went wrong, and what to do about it."""
    err.print(f"[bold red]{escape(what)}[/] [red]{escape(detail)}[/]", highlight=False, soft_wrap=True)


def print_json(value: Any) -> None:
    """The answer for programs."""
    print(json.dumps(value, indent=2, default=_json))


def _json(value: Any) -> str:
    return value.isoformat() if isinstance(value, date) else str(value)


def coloured(word: str) -> str:
    """A word as markup: a status in its colour, any other as it is."""
    return f"[{COLOURS[word]}]{word}[/]" if word in COLOURS else escape(word)


def table(title: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> Table:
    """A table; cells are shown as text, None as nothing. On a narrow terminal cells break between words."""
    texts = [["" if cell is None else str(cell) for cell in row] for row in rows]
    headers = [column.replace("_", " ") for column in columns]
    drawn = Table(
        title=escape(title), title_justify="left", title_style="bold", header_style="bold", box=SIMPLE_HEAD,
        pad_edge=False, show_edge=False,
    )  # fmt: skip
    for header, cells in zip(headers, zip(*texts, strict=True) if texts else [()] * len(headers), strict=True):
        drawn.add_column(header, overflow="fold", min_width=_longest_word([header, *cells]))
    for row in texts:
        drawn.add_row(*map(coloured, row))
    return drawn


def fits(drawn: Table) -> bool:
    """Whether a table has room on the terminal without breaking a cell; one far too wide would lose columns."""
    return Measurement.get(out, out.options.update(width=UNBOUNDED), drawn).maximum <= out.width


def _longest_word(cells: Iterable[str]) -> int:
    return max((len(word) for cell in cells for word in cell.split() if len(word) <= LONGEST_WORD), default=0)


def when(moment: str) -> str:
    """A time in ISO 8601, to the second and for people."""
    return moment[:19].replace("T", " ")


def seconds(value: float | None) -> str:
    """A duration as people read it."""
    if value is None:
        return "…"
    return f"{value:.1f} s" if value < 90 else f"{value // 60:.0f} min {value % 60:.0f} s"


def age(value: float) -> str:
    """How long ago something was, in its largest whole unit: ``42 seconds``, ``1 hour``, ``12 days``."""
    for unit, size in (("day", 86_400), ("hour", 3_600), ("minute", 60)):
        if value >= size:
            return f"{value // size:,.0f} {unit}{'s' if value >= 2 * size else ''}"
    return f"{max(value, 0):.0f} seconds"


def brief(output: dict[str, Any], width: int = 90) -> str:
    """The scalars of a step's answer in one line; digests and keys are cut short."""
    parts = [
        f"{name} {_short(value)}"
        for name, value in output.items()
        if isinstance(value, str | int | float) and value != ""
    ]
    line = " · ".join(parts)
    return line if len(line) <= width else line[: width - 1] + "…"


def _short(value: Any) -> str:
    text = f"{value:.4g}" if isinstance(value, float) else str(value)
    return text if len(text) <= 40 or " " in text else text[:10] + "…"
