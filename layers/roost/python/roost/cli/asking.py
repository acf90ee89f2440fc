"""Ask for a training run through the one door, and follow it even if it has to wait for its turn."""

import time
from datetime import UTC, datetime
from typing import Any

from roost.adapters.deployed_platform import DeployedPlatform
from roost.adapters.pipeline_runs import PipelineRuns
from roost.cli.display import note, out, print_json
from roost.cli.search_table import read_search
from roost.cli.watching import ended, watch
from roost.domain.triggers import Trigger
from roost.workflows.starting import ask_for_training

PAUSE = 2.0  # seconds


def moment() -> str:
    """Now, as a trigger says it (ISO 8601, UTC)."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def ask(platform: DeployedPlatform, model: str, asked: Trigger, follow: bool, as_json: bool) -> None:
    """Start a run, or queue the wish behind the active one; then follow the run to its end, if wanted."""
    runs, (pipeline, queue) = platform.training(model), platform.door(model)
    known = runs.names()
    name = ask_for_training(asked, pipeline, queue, datetime.now(UTC))
    behind = "" if name else next(iter(known), "")
    if follow:
        run = watch(runs, name or _in_turn(runs, asked, behind))
        ended(run, as_json, read_search(platform.lake, model, run.name))
    elif as_json:
        print_json({"run": name, "behind": behind})
    elif name:
        out.print(f"started run {name}; follow it with: roost runs show {model} {name} --watch", soft_wrap=True)
    else:
        out.print(f"queued behind run {behind}; what waits shares the next run of {model}", soft_wrap=True)


def _in_turn(runs: PipelineRuns, asked: Trigger, behind: str) -> str:
    """The run that serves a queued wish, once it has started."""
    note(f"queued behind run {behind}; waiting for the turn (the queue looks every three minutes)")
    seen: set[str] = set()
    while True:
        for name in set(runs.names()) - seen:
            seen.add(name)
            if _serves(runs.read(name).request, asked):
                return name
        time.sleep(PAUSE)


def _serves(request: dict[str, Any], asked: Trigger) -> bool:
    return asked.shown() in request.get("triggers", ())
