"""Follow a run of a pipeline until it ends, state by state."""

import time
from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime
from typing import Any

import typer
from rich.live import Live
from rich.table import Table

from roost.adapters.pipeline_runs import PipelineRuns, Run, StateRun
from roost.cli.display import brief, coloured, err, out, print_json, seconds, table

PAUSE = 1.0
SILENT_KINDS = ("Explain", "Failed", "Verdict", "NeedsVerdict", "FirstLook", "FirstStep", "NextStep", "GatesPassed")


def watch(runs: PipelineRuns, name: str, show: bool = True, on_change: Callable[[Run], None] | None = None) -> Run:
    """Wait for the end of a run, drawing its states on the way."""
    with Live(console=err, refresh_per_second=4, transient=True) as live:
        while True:
            run = runs.read(name)
            if show:
                live.update(drawing(run))
            if on_change is not None:
                on_change(run)
            if not run.active:
                return run
            time.sleep(PAUSE)


def drawing(run: Run) -> Table:
    """A run as a table of its states."""
    title = f"{run.name}  {coloured(run.status)}"
    drawn = Table(title=title, title_justify="left", header_style="bold")
    for column in ("state", "time", "answer"):
        drawn.add_column(column, overflow="fold")
    for state in run.states:
        if not state.name.startswith(SILENT_KINDS):
            drawn.add_row(state.name, seconds(_lasted(state)), brief(state.output))
    if run.cause:
        drawn.add_row("[bold red]failed[/]", "", f"[red]{run.error}: {run.cause}[/]")
    return drawn


def _lasted(state: StateRun) -> float | None:
    return (state.left - state.entered).total_seconds() if state.left else None


def lasted(started: datetime, stopped: datetime | None) -> float | None:
    """Seconds between two times; None while it lasts."""
    return (stopped - started).total_seconds() if stopped else None


def show_run(run: Run, as_json: bool) -> None:
    """Print a run; a failed one ends the command with exit code 1."""
    if as_json:
        print_json(asdict(run))
    else:
        out.print(drawing(run))
    if run.status not in ("SUCCEEDED", "RUNNING"):
        raise typer.Exit(1)


def show_runs(title: str, runs: list[Run], as_json: bool) -> None:
    """Print a list of runs."""
    if as_json:
        print_json([asdict(run) for run in runs])
        return
    rows: list[list[Any]] = [
        [run.name, run.status, f"{run.started:%Y-%m-%d %H:%M:%S}", seconds(lasted(run.started, run.stopped)),
         run.request.get("reason", ""), f"{run.error}: {run.cause}"[:120] if run.error else ""]
        for run in runs
    ]  # fmt: skip
    out.print(table(title, ("run", "status", "started", "time", "why", "error"), rows))
