"""Runs of pipelines as tables, lines and JSON."""

from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from rich.markup import escape
from rich.table import Table

from roost.adapters.pipeline_history import StateRun
from roost.adapters.pipeline_runs import Run
from roost.cli.display import brief, out, print_json, seconds, table
from roost.cli.evaluation_tables import evaluation_of, gates_table
from roost.cli.release_looks import last_evidence, newest
from roost.cli.search_table import search_table, trial_line
from roost.domain.triggers import reasons_of, why
from roost.workflows.step_cache import FROM

CHOICES_AND_NOTES = (
    "Explain", "Failed", "FirstLook", "FirstStep", "FirstVerdict", "GatesPassed", "NeedsApproval", "NeedsVerdict",
    "NextStep", "Ordered", "PausedLook", "ReleaseRolledBack", "Released", "ServedBefore", "Settled", "TakePublished",
    "TrainTrials", "TrialChosen", "Verdict",
)  # fmt: skip
TRIAL = "RunTrial"


def tells(state: StateRun) -> bool:
    """Whether a state is worth a line: it works or waits, rather than choosing where to go."""
    return not state.name.startswith(CHOICES_AND_NOTES)


def drawing(run: Run) -> Table:
    """A run as a table of its states."""
    rows = [[state.name, _time(state, run), _answer(state)] for state in newest(filter(tells, run.states))]
    drawn = table(_titled(run), ("state", "time", "answer"), rows)
    if run.cause or run.error:
        drawn.add_row("[bold red]failed[/]", "", f"[red]{escape(why_failed(run))}[/]")
    return drawn


def _titled(run: Run) -> str:
    reasons = why(run.request)
    return f"{run.name}  {run.status}" + (f"\n{reasons}" if reasons else "")


def told(output: dict[str, Any]) -> str:
    """A state's answer in one line; one that was taken from a former run says so first."""
    former = output.get(FROM)
    rest = {name: value for name, value in output.items() if name != FROM}
    return f"cached from run {former} · {brief(rest)}" if former else brief(rest)


def why_failed(run: Run) -> str:
    """Error and cause of a failed run."""
    return ": ".join(part for part in (run.error, run.cause) if part)


def line(state: StateRun) -> str:
    """A state that was left, in one line."""
    return f"{state.entered:%H:%M:%S} {state.name:<22} {seconds(_lasted(state)):>7}  {_answer(state)}".rstrip()


def _answer(state: StateRun) -> str:
    return trial_line(state.output) if state.name == TRIAL and "trial" in state.output else told(state.output)


def _time(state: StateRun, run: Run) -> str:
    if state.left is not None or not run.active:
        return seconds(_lasted(state)) if state.left else ""
    return f"{seconds((datetime.now(UTC) - state.entered).total_seconds())} …"


def _lasted(state: StateRun) -> float | None:
    return (state.left - state.entered).total_seconds() if state.left else None


def show_run(run: Run, as_json: bool, search: dict[str, Any] | None = None) -> None:
    """Print a run; of a training run with the report of its search."""
    if as_json:
        print_json({**asdict(run), "search": search} if search else asdict(run))
        return
    out.print(drawing(run), *last_evidence(run))
    if search:
        out.print(search_table(search))
    evaluation = evaluation_of(run)
    if evaluation is not None:
        out.print(gates_table(evaluation))


def show_runs(title: str, runs: list[Run], as_json: bool) -> None:
    """Print a list of runs."""
    if as_json:
        print_json([asdict(run) for run in runs])
        return
    rows: list[list[Any]] = [
        [run.name, run.status, f"{run.started:%Y-%m-%d %H:%M:%S}", seconds(run.seconds),
         ", ".join(reasons_of(run.request)), why_failed(run)[:120]]
        for run in runs
    ]  # fmt: skip
    out.print(table(title, ("run", "status", "started", "time", "why", "error"), rows))
