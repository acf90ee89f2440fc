"""``roost release``, ``roost releases`` and ``roost rollback``: the road to traffic, and back."""

from dataclasses import asdict
from typing import Annotated, Any

import typer

from roost.adapters.deployed_platform import DeployedPlatform
from roost.cli.caller import actor
from roost.cli.context import CHOICES, stage_command
from roost.cli.display import out, print_json, table, when
from roost.cli.options import Json, Model, Watch, Yes
from roost.cli.release_checks import check_request, recorded, way_back
from roost.cli.release_order_commands import abort, approve, pause, reject, resume
from roost.cli.release_tables import record_of, record_table, state_of
from roost.cli.run_tables import show_run
from roost.cli.training_commands import run_name
from roost.cli.watching import ended, watch
from roost.errors import InvalidReleaseRequest, UnknownRelease
from roost.names import Strategy
from roost.release_names import OnConflict

releases = typer.Typer(help="Releases of a model.", no_args_is_help=True)
for order in (approve, reject, pause, resume, abort):
    releases.command()(order)


@stage_command
def release(
    model: Model,
    *,
    version: Annotated[int, typer.Option(help="Version to release.")] = 0,
    code: Annotated[bool, typer.Option("--code", help="Release the present code with the champion's package.")] = False,
    strategy: Annotated[Strategy | None, typer.Option(help="How traffic moves; by default as the model says.")] = None,
    steps: Annotated[str, typer.Option(help="Canary weights in percent, as 5,25,50.")] = "",
    wait: Annotated[int, typer.Option(help="Seconds between looks; 0 for the model's own.")] = 0,
    alpha: Annotated[float, typer.Option(help="Chance of rolling back a good canary; 0 for the model's own.")] = 0.0,
    queue: Annotated[bool, typer.Option("--queue", help="Wait while another release is under way.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Release though callers' requests would be refused.")] = False,
    reason: Annotated[str, typer.Option(help="Why; it is recorded.")] = "",
    yes: Yes = False,
    follow: Watch = False,
    as_json: Json = False,
) -> None:
    """Release an approved version. Example: `roost release fraud --version 7 --steps 5,25,50 --alpha 0.01 --watch`."""
    asked = {
        "version": version,
        "code": code,
        "reason": reason,
        "strategy": strategy.value if strategy else "",
        "steps": _percentages(steps),
        "wait_seconds": wait,
        "guardrails": {"alpha": alpha} if alpha else {},
        "on_conflict": OnConflict.QUEUE.value if queue else "",
        "force": force,
    }
    request = {name: value for name, value in asked.items() if value}
    target = CHOICES.target()
    platform = target.platform()
    check_request(platform, model, request)
    what = "its new code" if code else f"version {version}"
    target.confirm(f"Send traffic of {model} to {what}?", yes)
    request["requested_by"] = actor(target, platform).name
    _start(platform, model, "code" if code else f"version-{version}", request, follow, as_json)


@stage_command
def rollback(
    model: Model,
    to: Annotated[int, typer.Option(help="Version to return to; what served before if left out.")] = 0,
    reason: Annotated[str, typer.Option(help="Why; it is recorded.")] = "",
    yes: Yes = False,
    follow: Annotated[bool, typer.Option("--watch/--no-watch", help="Follow it to the end.")] = True,
    as_json: Json = False,
) -> None:
    """Return to a version that served before, by one move of the alias. Example: `roost rollback fraud --to 5`."""
    target = CHOICES.target()
    platform = target.platform()
    version = to or way_back(platform.registry, model)
    request = {"rollback_to": version, "reason": reason}
    check_request(platform, model, request)
    target.confirm(f"Send all traffic of {model} back to version {version}?", yes)
    request["requested_by"] = actor(target, platform).name
    _start(platform, model, f"rollback-{version}", request, follow, as_json)


@releases.command("list")
@stage_command
def list_releases(model: Model, as_json: Json = False) -> None:
    """All releases and how they ended. Example: `roost releases list fraud`."""
    found = CHOICES.target().platform().registry.releases(model)
    if as_json:
        print_json([record_of(item) for item in found])
        return
    rows = [
        [item.identifier, item.version, item.kind, state_of(item), item.strategy, when(item.started_at), item.reason]
        for item in found
    ]
    columns = ("release", "version", "kind", "status", "strategy", "started", "reason")
    out.print(table(f"releases of {model}", columns, rows))


@releases.command("show")
@stage_command
def show(
    model: Model,
    release: Annotated[str, typer.Argument(help="Release; the latest if left out.")] = "",
    follow: Watch = False,
    as_json: Json = False,
) -> None:
    """One release: who and why, weights, verdicts, how it ended. Example: `roost releases show fraud --watch`."""
    platform = CHOICES.target().platform()
    pipeline = platform.releases(model)
    name = release or next(iter(pipeline.names(1)), "")
    if not name:
        raise UnknownRelease(f"{model} was never released here; see: roost models list {model}")
    run = watch(pipeline, name) if follow else pipeline.read(name)
    record = recorded(platform.registry, model, name)
    if as_json:
        print_json({**asdict(run), "record": record_of(record) if record else None})
    else:
        show_run(run, as_json)
        if record:
            out.print(record_table(record))
    if follow and run.status != "SUCCEEDED":
        raise typer.Exit(1)


def _start(
    platform: DeployedPlatform, model: str, stem: str, request: dict[str, Any], follow: bool, as_json: bool
) -> None:
    pipeline = platform.releases(model)
    name = pipeline.start(f"{stem}-{run_name()}", request)
    if follow:
        ended(watch(pipeline, name), as_json)
    elif as_json:
        print_json({"release": name})
    else:
        out.print(f"started release {name}; follow it with: roost releases show {model} {name} --watch", soft_wrap=True)


def _percentages(text: str) -> list[int]:
    try:
        return [int(part) for part in text.split(",")] if text else []
    except ValueError:
        raise InvalidReleaseRequest(f"steps is {text!r}; give rising percentages such as 5,25,50") from None
