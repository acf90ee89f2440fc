"""``roost release``, ``roost releases`` and ``roost rollback``: the road to traffic, and back."""

from dataclasses import asdict
from typing import Annotated, Any

import typer

from roost.adapters.deployed_platform import DeployedPlatform
from roost.cli.caller import actor
from roost.cli.context import CHOICES, stage_command
from roost.cli.display import out, print_json, table, when
from roost.cli.options import Json, Model, Watch, Yes
from roost.cli.run_tables import show_run
from roost.cli.training_commands import run_name
from roost.cli.watching import ended, watch
from roost.domain.registry import check_free, check_releasable
from roost.errors import InvalidReleaseRequest, ReleaseInProgress, UnknownRelease
from roost.names import Strategy

releases = typer.Typer(help="Releases of a model.", no_args_is_help=True)


@stage_command
def release(
    model: Model,
    *,
    version: Annotated[int, typer.Option(help="Version to release.")],
    strategy: Annotated[Strategy | None, typer.Option(help="How traffic moves; by default as the model says.")] = None,
    steps: Annotated[str, typer.Option(help="Canary weights in percent, as 5,25,50.")] = "",
    wait: Annotated[int, typer.Option(help="Seconds between looks; 0 for the model's own.")] = 0,
    alpha: Annotated[float, typer.Option(help="Chance of rolling a good canary back; 0 for the model's own.")] = 0.0,
    reason: Annotated[str, typer.Option(help="Why; it is recorded.")] = "",
    yes: Yes = False,
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
    if alpha:
        request["guardrails"] = {"alpha": alpha}
    target = CHOICES.target()
    platform = target.platform()
    _may_be_released(platform, model, version)
    target.confirm(f"Send traffic of {model} to version {version}?", yes)
    request["requested_by"] = actor(target, platform).name
    _start(platform, model, f"version-{version}", request, follow, as_json)


@stage_command
def rollback(
    model: Model,
    to: Annotated[int, typer.Option(help="Version to return to; the one before if left out.")] = 0,
    reason: Annotated[str, typer.Option(help="Why; it is recorded.")] = "",
    yes: Yes = False,
    follow: Annotated[bool, typer.Option("--watch/--no-watch", help="Follow it to the end.")] = True,
    as_json: Json = False,
) -> None:
    """Return to a version that served before, by one move of the alias. Example: `roost rollback fraud --to 5`."""
    target = CHOICES.target()
    platform = target.platform()
    version = to or platform.registry.head(model).previous
    if not version:
        raise InvalidReleaseRequest(f"{model} has no earlier version to return to; see: roost models list {model}")
    _may_be_released(platform, model, version)
    target.confirm(f"Send all traffic of {model} back to version {version}?", yes)
    request = {"rollback_to": version, "reason": reason, "requested_by": actor(target, platform).name}
    _start(platform, model, f"rollback-{version}", request, follow, as_json)


@releases.command("list")
@stage_command
def list_releases(model: Model, as_json: Json = False) -> None:
    """All releases and how they ended. Example: `roost releases list fraud`."""
    found = CHOICES.target().platform().registry.releases(model)
    if as_json:
        print_json([asdict(item) for item in found])
        return
    rows = [
        [item.identifier, item.version, item.status.value, item.strategy, when(item.started_at), item.reason]
        for item in found
    ]
    out.print(table(f"releases of {model}", ("release", "version", "status", "strategy", "started", "reason"), rows))


@releases.command("show")
@stage_command
def show(
    model: Model,
    release: Annotated[str, typer.Argument(help="Release; the latest if left out.")] = "",
    follow: Watch = False,
    as_json: Json = False,
) -> None:
    """One release: weights, verdicts, why it ended. Example: `roost releases show fraud --watch`."""
    pipeline = CHOICES.target().platform().releases(model)
    name = release or next(iter(pipeline.names(1)), "")
    if not name:
        raise UnknownRelease(f"{model} was never released here; see: roost models list {model}")
    if follow:
        ended(watch(pipeline, name), as_json)
    else:
        show_run(pipeline.read(name), as_json)


def _may_be_released(platform: DeployedPlatform, model: str, number: int) -> None:
    """Say at once what PlanRelease would say a moment later, in a run that then stays red."""
    version, head = platform.registry.version(model, number), platform.registry.head(model)
    if active := head.active_release:
        raise ReleaseInProgress(f"release {active} of {model} has not ended; follow it: roost releases show {model}")
    check_free(head)
    check_releasable(version)


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
        return [int(part) for part in text.split(",")]
    except ValueError:
        raise InvalidReleaseRequest(f"steps is {text!r}; give rising percentages such as 5,25,50") from None
