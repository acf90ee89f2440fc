"""Follow a run of a pipeline until it ends, state by state."""

import time
from collections.abc import Callable
from typing import Any

import typer
from rich.console import Group
from rich.live import Live
from rich.table import Table

from roost.adapters.pipeline_history import StateRun
from roost.adapters.pipeline_runs import PipelineRuns, Run
from roost.cli.display import err, note
from roost.cli.release_looks import evidence_at, is_look, last_evidence
from roost.cli.run_tables import drawing, line, show_run, tells

PAUSE = 1.0  # seconds


def follow(runs: PipelineRuns, name: str, see: Callable[[Run], None], pause: float = PAUSE) -> Run:
    """Read a run again and again until it has ended; ``see`` is shown each reading."""
    while True:
        run = runs.read(name)
        see(run)
        if not run.active:
            return run
        time.sleep(pause)


def watch(runs: PipelineRuns, name: str) -> Run:
    """Wait for the end of a run: a living table on a terminal, elsewhere a line for each state that was left.

    Both show the evidence of a release at each look of its judge.
    """
    if not err.is_terminal:
        return follow(runs, name, Lines(note, err.print))
    with Live(console=err, refresh_per_second=4, transient=True) as live:
        return follow(runs, name, lambda run: live.update(Group(drawing(run), *last_evidence(run))))


class Lines:
    """Says each state of a run once, when it has been left, and shows what a release's judge saw at each look."""

    def __init__(self, say: Callable[[str], None], show: Callable[[Table], None] | None = None) -> None:
        self._say, self._show = say, show
        self._said: set[int] = set()

    def __call__(self, run: Run) -> None:
        """Say what is new in this reading."""
        for place, state in enumerate(run.states):
            if place not in self._said and _done(state, run):
                self._said.add(place)
                self._say(line(state))
                if self._show and is_look(state):
                    self._show(evidence_at(state, run.states))


def _done(state: StateRun, run: Run) -> bool:
    return tells(state) and (state.left is not None or not run.active)


def ended(run: Run, as_json: bool, search: dict[str, Any] | None = None) -> None:
    """Print a run that was followed to its end; a failed one ends the command with exit code 1."""
    show_run(run, as_json, search)
    if run.status != "SUCCEEDED":
        raise typer.Exit(1)
