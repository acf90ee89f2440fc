"""Rows of a benchmark: printed as a table, and written to ``build/bench/<part>.json``."""

import json
import platform
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

FOLDER = Path(__file__).resolve().parents[2] / "build" / "bench"


@dataclass(frozen=True)
class Row:
    """One comparison, medians of one run; ``ratio`` is peer over ours, ``aim`` the least ratio wanted (0: none)."""

    name: str
    ours: float
    peer: float
    unit: str
    aim: float = 0.0

    @property
    def ratio(self) -> float:
        """How many times ours fits into the peer's."""
        return self.peer / self.ours

    @property
    def met(self) -> bool:
        """Whether the aim was reached."""
        return self.ratio >= self.aim


@dataclass(frozen=True)
class Bound:
    """One number without a peer, and the most that it should be (None: it is only told)."""

    name: str
    ours: float
    unit: str
    aim: float | None = None

    @property
    def met(self) -> bool:
        """Whether the number stays within its bound."""
        return self.aim is None or self.ours <= self.aim


def publish(part: str, rows: Sequence[Row | Bound], notes: list[str]) -> None:
    """Print the rows and write them."""
    drawn = Table(title=f"bench-{part}", title_justify="left")
    for column in ("name", "ours", "peer", "unit", "ratio", "aim", "met"):
        drawn.add_column(column)
    for row in rows:
        drawn.add_row(*(_compared(row) if isinstance(row, Row) else _bounded(row)))
    console = Console()
    console.print(drawn)
    for note in notes:
        console.print(note, highlight=False)
    FOLDER.mkdir(parents=True, exist_ok=True)
    written = [_written(row) for row in rows]
    document = {"rows": written, "notes": notes, "python": platform.python_version(), "machine": platform.machine()}
    (FOLDER / f"{part}.json").write_text(json.dumps(document, indent=2))


def _compared(row: Row) -> tuple[str, ...]:
    aim, met = (f"{row.aim:g}", _word(row.met)) if row.aim else ("", "")
    return row.name, f"{row.ours:.4g}", f"{row.peer:.4g}", row.unit, f"{row.ratio:.1f}", aim, met


def _bounded(row: Bound) -> tuple[str, ...]:
    aim, met = ("", "") if row.aim is None else (f"at most {row.aim:g}", _word(row.met))
    return row.name, f"{row.ours:.4g}", "", row.unit, "", aim, met


def _word(met: bool) -> str:
    return "yes" if met else "no"


def _written(row: Row | Bound) -> dict[str, Any]:
    compared = {"ratio": row.ratio} if isinstance(row, Row) else {"peer": None, "ratio": None}
    return {**asdict(row), **compared, "met": row.met}
