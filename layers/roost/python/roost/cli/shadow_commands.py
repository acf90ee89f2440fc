"""``roost shadow``: score what was answered by a version that serves nobody."""

import re
from dataclasses import asdict
from datetime import timedelta
from typing import Annotated

import typer

from roost.adapters.deployed_platform import DeployedPlatform
from roost.cli.caller import actor
from roost.cli.context import CHOICES, stage_command
from roost.cli.display import out, print_json
from roost.cli.experiment_tables import shadow_drawing
from roost.cli.options import Json, Model, Yes
from roost.domain.package import verified_manifest
from roost.domain.shadow_report import shadow_report
from roost.domain.shadows import Shadow
from roost.experiment_errors import InvalidShadow
from roost.object_keys import PACKAGE_MANIFEST, package_key
from roost.workflows.shadow_planning import ShadowDesk
from roost.workflows.shadow_scoring import read_scores

app = typer.Typer(help="Shadows: another version scores what was answered, at no risk.", no_args_is_help=True)
Named = Annotated[str, typer.Argument(help="Shadow; the latest if left out.")]
MINUTES = 2_880  # two days of minutes are read for a report
UNITS = {"m": "minutes", "h": "hours", "d": "days"}


@app.command("start")
@stage_command
def start(
    model: Model,
    *,
    version: Annotated[int, typer.Option(help="Version that scores.")],
    rate: Annotated[int, typer.Option(help="Predictions a minute at most.")] = 10,
    lasts: Annotated[str, typer.Option("--for", help="How long, as 30m, 24h or 7d.")] = "24h",
    yes: Yes = False,
    as_json: Json = False,
) -> None:
    """Score beside live, from its log. Example: `roost shadow start fraud --version 9 --rate 10 --for 24h`."""
    target = CHOICES.target()
    platform = target.platform()
    target.confirm(f"Score up to {rate} predictions of {model} a minute by version {version}?", yes)
    shadow = _desk(platform).start(model, version, rate, duration(lasts), actor(target, platform))
    _told(shadow, as_json)


@app.command("show")
@stage_command
def show(model: Model, shadow: Named = "", as_json: Json = False) -> None:
    """Agreement, score shift, latency, and what would have been decided differently: `roost shadow show fraud`."""
    platform = CHOICES.target().platform()
    found = _desk(platform).find(model, shadow)
    manifest = verified_manifest(platform.packages.get(package_key(found.package, PACKAGE_MANIFEST)), found.package)
    positive = manifest["decision"]["positive"] if manifest["decision"] else ""
    scores = read_scores(platform.lake, found, MINUTES)
    known = platform.outcomes(model).of([one.prediction for one in scores if one.differs])
    outcomes = {name: history.label for name, history in known.items() if not isinstance(history.label, str)}
    report = shadow_report(scores, outcomes, positive)
    if as_json:
        print_json({"shadow": asdict(found), "report": report})
        return
    for part in shadow_drawing(asdict(found), report):
        out.print(part, highlight=False, soft_wrap=True)


@app.command("stop")
@stage_command
def stop(model: Model, shadow: Named = "", as_json: Json = False) -> None:
    """Score nothing that is answered from now on. Example: `roost shadow stop fraud`."""
    target = CHOICES.target()
    platform = target.platform()
    _told(_desk(platform).stop(model, shadow, actor(target, platform).at), as_json)


def duration(text: str) -> timedelta:
    """A time such as 30m, 24h or 7d. Raises ``InvalidShadow``."""
    found = re.fullmatch(r"(\d{1,5})([mhd])", text)
    if not found:
        raise InvalidShadow(f"for is {text!r}; give a time such as 30m, 24h or 7d")
    return timedelta(**{UNITS[found[2]]: int(found[1])})


def _desk(platform: DeployedPlatform) -> ShadowDesk:
    return ShadowDesk(platform.registry, platform.packages, platform.lake)


def _told(shadow: Shadow, as_json: bool) -> None:
    if as_json:
        print_json(asdict(shadow))
        return
    ends = f"until {shadow.ends:%Y-%m-%d %H:%M} UTC"
    out.print(f"{shadow.identifier}: version {shadow.version} beside {shadow.live_version}, {ends}", soft_wrap=True)
