"""``roost local``: the embedded AWS of this checkout."""

from typing import Annotated

import typer

import localaws
from localaws import Emulator
from roost.cli.context import command
from roost.cli.display import out, print_json
from roost.cli.options import Json

app = typer.Typer(help="Start, clear and stop the embedded AWS of this checkout.", no_args_is_help=True)


@app.command()
@command
def up(
    keep_state: Annotated[bool, typer.Option("--keep-state", help="Load and save resources between runs.")] = False,
    iam: Annotated[bool, typer.Option("--iam/--no-iam", help="Authorise every call by IAM.")] = True,
    as_json: Json = False,
) -> None:
    """Start it, or find it running. Example: `roost local up --keep-state`."""
    _show(localaws.start(keep_state=keep_state, enforce_iam=iam), as_json)


@app.command()
@command
def down(as_json: Json = False) -> None:
    """Stop the embedded AWS. Example: `roost local down`."""
    stopped = localaws.stop()
    if as_json:
        print_json({"stopped": stopped})
    else:
        out.print("stopped" if stopped else "nothing was running")


@app.command()
@command
def reset(as_json: Json = False) -> None:
    """Delete every resource in it. Example: `roost local reset`."""
    cleared = localaws.reset().endpoint
    if as_json:
        print_json({"cleared": cleared})
    else:
        out.print(f"cleared {cleared}")


@app.command()
@command
def status(as_json: Json = False) -> None:
    """Say whether it runs, and where; exit code 1 if it does not. Example: `roost local status --json`."""
    running = localaws.status()
    if running is not None:
        _show(running, as_json)
        return
    if as_json:
        print_json({"running": False})
    else:
        out.print("not running; start it with: roost local up")
    raise typer.Exit(1)


def _show(running: Emulator, as_json: bool) -> None:
    variables = localaws.endpoint_environment(running)
    log = str(running.folder / "emulator.log")
    if as_json:
        print_json({"running": True, "endpoint": running.endpoint, "pid": running.pid, "log": log,
                    "environment": variables})  # fmt: skip
        return
    out.print(f"embedded AWS at [bold]{running.endpoint}[/] (process {running.pid}, log {log})", soft_wrap=True)
    for name, value in variables.items():
        out.print(f"  export {name}={value}", highlight=False)
