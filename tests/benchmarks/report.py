"""Rows of a benchmark: printed as a table, and written to ``build/bench/<part>.json``."""

import json
import platform
from dataclasses import asdict, dataclass
from pathlib import Path

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


def publish(part: str, rows: list[Row], notes: list[str]) -> None:
    """Print the rows and write them."""
    drawn = Table(title=f"bench-{part}", title_justify="left")
    for column in ("name", "ours", "peer", "unit", "ratio", "aim", "met"):
        drawn.add_column(column)
    for row in rows:
        aim = f"{row.aim:g}" if row.aim else ""
        met = ("yes" if row.met else "no") if row.aim else ""
        drawn.add_row(row.name, f"{row.ours:.4g}", f"{row.peer:.4g}", row.unit, f"{row.ratio:.1f}", aim, met)
    console = Console()
    console.print(drawn)
    for note in notes:
        console.print(note, highlight=False)
    FOLDER.mkdir(parents=True, exist_ok=True)
    written = [{**asdict(row), "ratio": row.ratio, "met": row.met} for row in rows]
    document = {"rows": written, "notes": notes, "python": platform.python_version(), "machine": platform.machine()}
    (FOLDER / f"{part}.json").write_text(json.dumps(document, indent=2))
