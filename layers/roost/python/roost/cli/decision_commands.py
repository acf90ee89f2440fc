"""``roost models approve``, ``reject`` and ``tag``: what people decide about versions."""

from dataclasses import asdict
from typing import Annotated

import typer

from roost.adapters.deployed_platform import DeployedPlatform
from roost.cli.caller import actor
from roost.cli.context import CHOICES, stage_command
from roost.cli.display import note, out, print_json
from roost.cli.model_tables import tag_words
from roost.cli.options import Json, Model, Number, Yes
from roost.cli.training_commands import run_name
from roost.domain.registry import Version
from roost.domain.version_upkeep import parsed_tags
from roost.names import Approval, Status
from roost.spec import load_model
from roost.workflows.version_decisions import decide, tag_version

Why = Annotated[str, typer.Option("--reason", help="Why; an auditor reads it.")]


@stage_command
def approve(
    model: Model,
    version: Number,
    reason: Why,
    *,
    release: Annotated[bool, typer.Option("--release/--no-release", help="Start the model's own release.")] = True,
    yes: Yes = False,
    as_json: Json = False,
) -> None:
    """Approve a candidate. Example: `roost models approve fraud 5 --reason "slices reviewed with risk"`."""
    target = CHOICES.target()
    platform = target.platform()
    releases = release and _follows_approval(model)
    target.confirm(f"Approve {model} version {version}{' and start its release' if releases else ''}?", yes)
    who = actor(target, platform)
    found = decide(platform.registry, model, version, Status.APPROVED, who, reason)
    started = _release(platform, found, who.name) if releases else ""
    _show(found, as_json, release=started)
    if not as_json:
        next_step = (
            f"roost releases show {model} {started}" if started else f"roost release {model} --version {version}"
        )
        out.print(f"next: {next_step}", soft_wrap=True)


@stage_command
def reject(model: Model, version: Number, reason: Why, yes: Yes = False, as_json: Json = False) -> None:
    """Reject a candidate or an approved version. Example: `roost models reject fraud 5 --reason "leaks the label"`."""
    target = CHOICES.target()
    platform = target.platform()
    target.confirm(f"Reject {model} version {version} for good?", yes)
    _show(decide(platform.registry, model, version, Status.REJECTED, actor(target, platform), reason), as_json)


@stage_command
def tag(
    model: Model,
    version: Number,
    tags: Annotated[list[str], typer.Argument(help="name=value; name= removes a tag.")],
    as_json: Json = False,
) -> None:
    """Set and remove tags of a version. Example: `roost models tag fraud 5 team=risk draft=`."""
    wanted, target = parsed_tags(tags), CHOICES.target()
    platform = target.platform()
    found = tag_version(platform.registry, model, version, wanted, actor(target, platform))
    if as_json:
        print_json(asdict(found))
    else:
        note(f"{model} version {version}: {tag_words(found) or 'no tags'}")


def _follows_approval(model: str) -> bool:
    """Whether the model's release follows from a person's approval, as it follows from the gates' elsewhere."""
    definition = load_model(model)
    return definition.approval is Approval.MANUAL and definition.rollout.automatic


def _release(platform: DeployedPlatform, version: Version, who: str) -> str:
    request = {"version": version.number, "requested_by": who, "reason": f"approved: {version.reason}"}
    return platform.releases(version.model).start(f"version-{version.number}-{run_name()}", request)


def _show(version: Version, as_json: bool, **more: str) -> None:
    if as_json:
        print_json({**asdict(version), **more})
    else:
        note(f"{version.model} version {version.number} is {version.status.value}: {version.reason}")
