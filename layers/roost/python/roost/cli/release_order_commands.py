"""``roost releases approve|reject|pause|resume|abort``: what people order about a release under way."""

from typing import Annotated

import typer

from roost.adapters.deployed_platform import DeployedPlatform
from roost.cli.caller import actor
from roost.cli.context import CHOICES, stage_command
from roost.cli.display import note, print_json
from roost.cli.options import Json, Model, Yes
from roost.cli.release_tables import record_of
from roost.cli.training_commands import run_name
from roost.domain.registry import Actor, Release
from roost.workflows.release_approval import decide_release
from roost.workflows.release_orders import LONGEST_PAUSE_HOURS, abort_release, pause_release, resume_release

Why = Annotated[str, typer.Option("--reason", help="Why; the audit log keeps it with your identity.")]


@stage_command
def approve(model: Model, reason: Why, yes: Yes = False, as_json: Json = False) -> None:
    """Let the release that waits go on. Example: `roost releases approve fraud --reason "read the card"`."""
    _decide(model, reason, yes, as_json, approved=True)


@stage_command
def reject(model: Model, reason: Why, yes: Yes = False, as_json: Json = False) -> None:
    """End the release that waits; no traffic moves. Example: `roost releases reject fraud --reason "wait"`."""
    _decide(model, reason, yes, as_json, approved=False)


@stage_command
def pause(
    model: Model,
    reason: Why,
    hours: Annotated[int, typer.Option(min=1, max=LONGEST_PAUSE_HOURS, help="Ends the release after so many.")] = 12,
    yes: Yes = False,
    as_json: Json = False,
) -> None:
    """Keep the canary's share where it is; a bad one is still rolled back. Example: `roost releases pause fraud`."""
    platform, who = _asked(f"Pause the release of {model}?", yes)
    _told(pause_release(platform.registry, model, who, reason, hours), f"is paused for {hours} hours", as_json)


@stage_command
def resume(model: Model, reason: Why, yes: Yes = False, as_json: Json = False) -> None:
    """Let a paused release go on. Example: `roost releases resume fraud --reason "numbers looked at"`."""
    platform, who = _asked(f"Resume the release of {model}?", yes)
    _told(resume_release(platform.registry, model, who, reason), "goes on", as_json)


@stage_command
def abort(
    model: Model,
    reason: Why,
    release: Annotated[str, typer.Argument(help="Release; the one under way if left out.")] = "",
    yes: Yes = False,
    as_json: Json = False,
) -> None:
    """End a release now; all traffic returns. Example: `roost releases abort fraud --reason "wrong data"`."""
    platform, who = _asked(f"Abort the release of {model} and return its traffic?", yes)
    ended = abort_release(platform.registry, platform.release_runs(model), model, who, reason, release)
    platform.sweeps(model).start(f"abort-{run_name()}", {"requested_by": who.name})
    _told(ended, f"is aborted; its traffic returns: roost releases show {model} {ended.identifier}", as_json)


def _decide(model: str, reason: str, yes: bool, as_json: bool, approved: bool) -> None:
    platform, who = _asked(f"{'Approve' if approved else 'Reject'} the release of {model}?", yes)
    decided = decide_release(platform.registry, platform.release_runs(model), model, who, reason, approved)
    _told(decided, "is approved and goes on" if approved else "is rejected; no traffic moves", as_json)


def _asked(question: str, yes: bool) -> tuple[DeployedPlatform, Actor]:
    target = CHOICES.target()
    platform = target.platform()
    target.confirm(question, yes)
    return platform, actor(target, platform)


def _told(release: Release, what: str, as_json: bool) -> None:
    if as_json:
        print_json(record_of(release))
    else:
        note(f"release {release.identifier} (version {release.version}) {what}")
