"""``roost data``: make data, and land them."""

from datetime import date
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from models.fraud.simulator import SimulationSize, Transactions, simulate, write_landing_files
from roost.adapters.s3_objects import S3ObjectStore
from roost.cli.context import CHOICES, command
from roost.cli.display import err, out, print_json
from roost.errors import UnknownModel
from roost.names import landing_prefix

app = typer.Typer(help="Make data, and land files for training.", no_args_is_help=True)

SIMULATED = {"fraud": "card_transactions"}


@app.command("simulate")
@command
def simulate_data(
    model: Annotated[str, typer.Argument(help="Model project that has a simulator.")] = "fraud",
    customers: Annotated[int, typer.Option(help="Number of customers.")] = 5000,
    terminals: Annotated[int, typer.Option(help="Number of terminals.")] = 10_000,
    days: Annotated[int, typer.Option(help="Days from 2018-04-01.")] = 183,
    until: Annotated[str, typer.Option(help="Write days before this date only (ISO).")] = "",
    folder: Annotated[Path, typer.Option("--out", help="Folder for the files.")] = Path("build/data"),
    upload: Annotated[bool, typer.Option("--upload", help="Land the files, which starts a training run.")] = False,
) -> None:
    """Draw card transactions with known fraud. Example: `roost data simulate --customers 1000 --days 90 --upload`."""
    if model not in SIMULATED:
        raise UnknownModel(f"{model!r} has no simulator; there is one for: {', '.join(SIMULATED)}")
    transactions = drawn(SimulationSize(customers=customers, terminals=terminals, days=days))
    folder.mkdir(parents=True, exist_ok=True)
    last = date.fromisoformat(until) if until else None
    files = write_landing_files(transactions, folder, until_day=last)
    out.print(f"{len(transactions.amount):,} transactions, {int(transactions.is_fraud.sum()):,} frauds, in {folder}/")
    if upload:
        land(CHOICES.target().platform().lake, SIMULATED[model], files)


def drawn(size: SimulationSize) -> Transactions:
    """Simulate with a progress bar."""
    columns = (TextColumn("simulating"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=err, transient=True) as progress:
        bar = progress.add_task("simulate", total=1.0)
        return simulate(size, progress=lambda share: progress.update(bar, completed=share))


@app.command("upload")
@command
def upload_files(
    source: Annotated[str, typer.Argument(help="Source as named in a model's definition.")],
    files: Annotated[list[Path], typer.Argument(help="Files in the source's format.", exists=True, dir_okay=False)],
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Land files, which starts training. Example: `roost data upload card_transactions *.csv.gz`."""
    keys = land(CHOICES.target().platform().lake, source, files)
    if as_json:
        print_json({"landed": keys})


def land(lake: S3ObjectStore, source: str, files: list[Path]) -> list[str]:
    """Upload files under a source's landing prefix; returns their keys."""
    keys = [f"{landing_prefix(source)}{path.name}" for path in files]
    with err.status("uploading") as shown:
        for path, key in zip(files, keys, strict=True):
            shown.update(f"uploading {key}")
            lake.upload(path, key)
    err.print(f"landed {len(keys)} files under {landing_prefix(source)}; training starts by itself", style="dim")
    return keys
