"""``roost data``: make data, and land them."""

import json
from collections.abc import Callable
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Annotated

import typer
from rich.markdown import Markdown
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from models.fraud.simulator import SimulationSize, Transactions, simulate, write_landing_files
from roost.adapters.s3_objects import S3ObjectStore
from roost.cli.context import CHOICES, stage_command
from roost.cli.display import err, note, out, print_json, table, when
from roost.cli.latest import latest_run
from roost.cli.options import Json, Model
from roost.errors import UnknownModel, UnknownRun, UnknownSource
from roost.object_keys import VALIDATION_PAGE, VALIDATION_REPORT, landing_prefix, run_key
from roost.spec import load_model, model_names
from roost.workflows.version_lineage import uses_of_data

app = typer.Typer(help="Make data, and land files for training.", no_args_is_help=True)

SIMULATED = {"fraud": "card_transactions"}
BARS = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())


@app.command("simulate")
@stage_command
def simulate_data(
    model: Annotated[str, typer.Argument(help="Model project that has a simulator.")] = "fraud",
    *,
    customers: Annotated[int, typer.Option(help="Number of customers.")] = 5000,
    terminals: Annotated[int, typer.Option(help="Number of terminals.")] = 10_000,
    days: Annotated[int, typer.Option(help="Days from 2018-04-01.")] = 183,
    until: Annotated[str, typer.Option(help="Write days before this date only (ISO).")] = "",
    folder: Annotated[Path, typer.Option("--out", help="Folder for the files.")] = Path("build/data"),
    upload: Annotated[bool, typer.Option("--upload", help="Land the files, which starts a training run.")] = False,
    as_json: Json = False,
) -> None:
    """Draw card transactions with known fraud; equal sizes give equal data.

    Example: `roost data simulate --customers 1000 --days 90 --upload`.
    """
    if model not in SIMULATED:
        raise UnknownModel(f"{model!r} has no simulator; there is one for: {', '.join(SIMULATED)}")
    lake = CHOICES.target().platform().lake if upload else None
    last = date.fromisoformat(until) if until else None
    transactions = drawn(SimulationSize(customers=customers, terminals=terminals, days=days))
    files = write_landing_files(transactions, folder, until_day=last)
    keys = land(lake, SIMULATED[model], files) if lake else []
    count, frauds = len(transactions), int(transactions.is_fraud.sum())
    if as_json:
        print_json({"transactions": count, "frauds": frauds, "files": files, "landed": keys})
    else:
        out.print(f"{count:,} transactions, {frauds:,} frauds, in {folder}/")


def drawn(size: SimulationSize) -> Transactions:
    """Simulate with a progress bar."""
    with Progress(*BARS, console=err, transient=True) as progress:
        bar = progress.add_task("simulating", total=1.0)
        return simulate(size, progress=lambda share: progress.update(bar, completed=share))


@app.command("report")
@stage_command
def report(
    model: Model,
    run: Annotated[str, typer.Argument(help="Run; the latest if left out.")] = "",
    as_json: Json = False,
) -> None:
    """What validation said of a run's data: every rule, number and bound. Example: `roost data report fraud`."""
    platform = CHOICES.target().platform()
    name = run or latest_run(platform.training(model), model)
    key = run_key(model, name, VALIDATION_REPORT if as_json else VALIDATION_PAGE)
    try:
        body = platform.lake.get(key)
    except KeyError as error:
        raise UnknownRun(f"run {name!r} of {model} has no validation report: it did not come so far") from error
    if as_json:
        print_json(json.loads(body))
    else:
        out.print(Markdown(body.decode()) if out.is_terminal else body.decode(), soft_wrap=not out.is_terminal)


@app.command("upload")
@stage_command
def upload_files(
    source: Annotated[str, typer.Argument(help="Source as named in a model's definition.")],
    files: Annotated[list[Path], typer.Argument(help="Files in the source's format.", exists=True, dir_okay=False)],
    as_json: Json = False,
) -> None:
    """Land files, which starts training. Example: `roost data upload card_transactions *.csv.gz`."""
    sources = sorted({source.name for name in model_names() for source in load_model(name).sources})
    if source not in sources:
        raise UnknownSource(f"no model project reads a source {source!r}; there are: {', '.join(sources)}")
    keys = land(CHOICES.target().platform().lake, source, files)
    if as_json:
        print_json({"landed": keys})


@app.command()
@stage_command
def lineage(
    what: Annotated[str, typer.Argument(help="Digest of a data set or its start, or the key of a landed file.")],
    as_json: Json = False,
) -> None:
    """Every version and release that data went into. Example: `roost data lineage landing/card_transactions/a.csv`."""
    platform = CHOICES.target().platform()
    found = uses_of_data(what, model_names(), platform.registry, platform.lake)
    if as_json:
        print_json([asdict(use) for use in found])
        return
    rows = [
        [use.dataset[:12], use.model, use.version, use.status, use.run, ", ".join(use.releases), _spans(use.served)]
        for use in found
    ]
    columns = ("data set", "model", "version", "status", "run", "releases", "served")
    out.print(table(f"what came of {what}", columns, rows))


def _spans(served: list[list[str]]) -> str:
    return "; ".join(f"{when(since)} to {when(until) or 'now'}" for since, until in served)


def land(lake: S3ObjectStore, source: str, files: list[Path]) -> list[str]:
    """Upload files under a source's landing prefix with a progress bar; returns their keys."""
    with Progress(*BARS, console=err, transient=True) as progress:
        bar = progress.add_task("uploading", total=sum(path.stat().st_size for path in files))
        keys = upload_to(lake, source, files, lambda path: progress.advance(bar, path.stat().st_size))
    note(f"landed {len(keys)} files under {landing_prefix(source)}; training starts by itself")
    return keys


def upload_to(lake: S3ObjectStore, source: str, files: list[Path], done: Callable[[Path], None]) -> list[str]:
    """Upload files one after the other, saying so after each; returns their keys."""
    keys = []
    for path in files:
        keys.append(f"{landing_prefix(source)}{path.name}")
        lake.upload(path, keys[-1])
        done(path)
    return keys
