"""``roost train`` and ``roost runs``: the training pipeline."""

import secrets
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Annotated, Any

import typer

from roost.cli.asking import ask, moment
from roost.cli.caller import actor
from roost.cli.context import CHOICES, stage_command
from roost.cli.display import out
from roost.cli.latest import latest_run
from roost.cli.options import Json, Model, Watch
from roost.cli.run_tables import show_run, show_runs
from roost.cli.search_table import read_search
from roost.cli.watching import ended, watch
from roost.domain.registry import Version
from roost.domain.triggers import Trigger
from roost.names import Reason
from roost.workflows.resuming import resuming

runs = typer.Typer(help="Runs of the training pipelines.", no_args_is_help=True)


def run_name() -> str:
    """A name that tells when, and is not taken."""
    return f"{datetime.now(UTC):%Y%m%d-%H%M%S}-{secrets.token_hex(2)}"


@stage_command
def train(
    model: Model,
    follow: Watch = False,
    reason: Annotated[Reason, typer.Option(help="Why; it is recorded.")] = Reason.MANUAL,
    detail: Annotated[str, typer.Option(help="More of why, in words.")] = "",
    cutoff: Annotated[str, typer.Option(help="Leave out data from this time on (ISO 8601).")] = "",
    no_cache: Annotated[bool, typer.Option("--no-cache", help="Run every step, even on the same inputs.")] = False,
    as_json: Json = False,
) -> None:
    """Train a model on what has landed; behind the active run if there is one. Example: `roost train fraud --watch`."""
    options: dict[str, Any] = {"cutoff": datetime.fromisoformat(cutoff).isoformat()} if cutoff else {}
    options |= {"use_cache": False} if no_cache else {}
    target = CHOICES.target()
    platform = target.platform()
    asked = Trigger(reason, actor(target, platform).name, detail, moment(), options)
    ask(platform, model, asked, follow, as_json)


@runs.command("list")
@stage_command
def list_runs(model: Model, as_json: Json = False) -> None:
    """The latest runs of a model's training pipeline. Example: `roost runs list fraud`."""
    show_runs(f"training runs of {model}", CHOICES.target().platform().training(model).latest(), as_json)


@runs.command("show")
@stage_command
def show(
    model: Model,
    run: Annotated[str, typer.Argument(help="Run; the latest if left out.")] = "",
    follow: Watch = False,
    as_json: Json = False,
) -> None:
    """One run: its states, its search, and why it failed. Example: `roost runs show fraud --watch`."""
    platform = CHOICES.target().platform()
    pipeline = platform.training(model)
    name = run or latest_run(pipeline, model)
    found = watch(pipeline, name) if follow else pipeline.read(name)
    search = read_search(platform.lake, model, name)
    if follow:
        ended(found, as_json, search)
    else:
        show_run(found, as_json, search)
    if not as_json:
        _print_version(platform.registry.versions(model), name)


def _print_version(versions: Iterable[Version], run: str) -> None:
    """Name the version that a run registered."""
    for version in versions:
        if version.run == run:
            where = f"roost models show {version.model} {version.number}"
            out.print(f"registered version {version.number}, {version.status.value}: {where}", soft_wrap=True)


@runs.command()
@stage_command
def resume(
    model: Model,
    run: Annotated[str, typer.Argument(help="Run; the latest if left out.")] = "",
    follow: Watch = False,
    as_json: Json = False,
) -> None:
    """Go on where a run failed: the same data, and no step twice. Example: `roost runs resume fraud --watch`."""
    target = CHOICES.target()
    platform = target.platform()
    pipeline = platform.training(model)
    name = run or latest_run(pipeline, model)
    asked = resuming(pipeline.read(name), actor(target, platform).name, moment())
    ask(platform, model, asked, follow, as_json)
