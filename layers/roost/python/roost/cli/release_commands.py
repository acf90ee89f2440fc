"""``roost release``, ``roost releases`` and ``roost rollback``: the road to traffic, and back."""

import getpass
from dataclasses import asdict
from typing import Annotated, Any

import typer

from roost.cli.context import CHOICES, command
from roost.cli.display import out, print_json, table
from roost.cli.training_commands import Json, Model, Watch, run_name
from roost.cli.watching import show_run, watch
from roost.errors import InvalidReleaseRequest
from roost.names import Strategy

releases = typer.Typer(help="Releases of a model.", no_args_is_help=True)


@command
def release(  # noqa: PLR0917  (a command's options)
    model: Model,
    version: Annotated[int, typer.Option(help="Version to release.")],
    strategy: Annotated[Strategy | None, typer.Option(help="How traffic moves; by default as the model says.")] = None,
    steps: Annotated[str, typer.Option(help="Canary weights in percent, as 5,25,50.")] = "",
    wait: Annotated[int, typer.Option(help="Seconds between looks; 0 for the model's own.")] = 0,
    reason: Annotated[str, typer.Option(help="Why; it is recorded.")] = "",
    follow: Watch = False,
    as_json: Json = False,
) -> None:
    """Release an approved version. Example: `roost release fraud --version 7 --steps 5,25 --watch`."""
    request: dict[str, Any] = {"version": version, "reason": reason}
    if strategy is not None:
        request["strategy"] = strategy.value
    if steps:
        request["steps"] = _percentages(steps)
    if wait:
        request["wait_seconds"] = wait
    _start(model, f"version-{version}", request, follow, as_json)


@command
def rollback(
    model: Model,
    to: Annotated[int, typer.Option(help="Version to return to; the one before if left out.")] = 0,
    reason: Annotated[str, typer.Option(help="Why; it is recorded.")] = "",
    follow: Watch = True,
    as_json: Json = False,
) -> None:
    """Return to a version that served before, by one move of the alias. Example: `roost rollback fraud --to 5`."""
    target = to or CHOICES.target().platform().registry.head(model).previous
    if not target:
        raise InvalidReleaseRequest(f"{model} has no earlier version to return to; see: roost models list {model}")
    _start(model, f"rollback-{target}", {"rollback_to": target, "reason": reason}, follow, as_json)


@releases.command("list")
@command
def list_releases(model: Model, as_json: Json = False) -> None:
    """All releases and how they ended. Example: `roost releases list fraud`."""
    found = CHOICES.target().platform().registry.releases(model)
    if as_json:
        print_json([asdict(item) for item in found])
        return
    rows = [
        [item.identifier, item.version, item.status.value, item.strategy, item.started_at[:19], item.requested_by,
         item.reason]
        for item in found
    ]  # fmt: skip
    columns = ("release", "version", "status", "strategy", "started", "asked by", "reason")
    out.print(table(f"releases of {model}", columns, rows))


@releases.command("show")
@command
def show(
    model: Model,
    release: Annotated[str, typer.Argument(help="Release; the latest if left out.")] = "",
    follow: Watch = False,
    as_json: Json = False,
) -> None:
    """One release: weights, verdicts, why it ended. Example: `roost releases show fraud --watch`."""
    pipeline = CHOICES.target().platform().releases(model)
    name = release or next((found.name for found in pipeline.latest(1)), "")
    if not name:
        raise ValueError(f"{model} was never released here; see: roost models list {model}")
    show_run(watch(pipeline, name) if follow else pipeline.read(name), as_json)


def _start(model: str, stem: str, request: dict[str, Any], follow: bool, as_json: bool) -> None:
    pipeline = CHOICES.target().platform().releases(model)
    name = pipeline.start(f"{stem}-{run_name()}", {**request, "requested_by": getpass.getuser()})
    if follow:
        show_run(watch(pipeline, name), as_json)
    elif as_json:
        print_json({"release": name})
    else:
        out.print(f"started release {name}; follow it with: roost releases show {model} {name} --watch")


def _percentages(text: str) -> list[int]:
    try:
        return [int(part) for part in text.split(",")]
    except ValueError:
        raise InvalidReleaseRequest(f"steps is {text!r}; give rising percentages such as 5,25,50") from None
