"""``roost models reproduce``: train a version again from its lineage, and compare the digests."""

import getpass
from typing import Annotated

import typer

from roost.adapters.pipeline_runs import Run
from roost.cli.context import CHOICES, stage_command
from roost.cli.display import err, out, print_json
from roost.cli.options import Json, Model, Watch
from roost.cli.run_tables import show_run
from roost.cli.training_commands import run_name
from roost.cli.watching import watch

COMPARED = "CompareReproduction"
PLANNED = "PlanReproduction"


@stage_command
def reproduce(
    model: Model,
    version: Annotated[int, typer.Argument(help="Version.")],
    follow: Watch = False,
    as_json: Json = False,
) -> None:
    """Train a version again from its lineage and compare. Example: `roost models reproduce fraud 5 --watch`."""
    platform = CHOICES.target().platform()
    platform.registry.version(model, version)
    pipeline = platform.reproductions(model)
    name = f"version-{version}-{run_name()}"
    pipeline.start(name, {"version": version, "requested_by": getpass.getuser()})
    if follow:
        _tell(watch(pipeline, name), as_json)
    elif as_json:
        print_json({"run": name})
    else:
        out.print(f"started {name}; its result will be under runs/{model}/{name}/ and in its execution", soft_wrap=True)


def _tell(run: Run, as_json: bool) -> None:
    """The run, then the verdict; a failed one ends the command with exit code 1."""
    show_run(run, as_json)
    answers = {state.name: state.output for state in run.states}
    if answers.get(PLANNED, {}).get("other_code"):
        planned = answers[PLANNED]
        err.print(f"made by code {planned['code']}, tried with {planned['deployed_code']}", style="yellow")
    if run.status != "SUCCEEDED":
        raise typer.Exit(1)
    err.print(f"reproduced: {answers[COMPARED]['reproduced']}", style="green", soft_wrap=True)
