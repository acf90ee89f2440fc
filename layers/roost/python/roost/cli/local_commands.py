"""``roost local``: the embedded AWS of this checkout."""

from typing import Annotated

import typer

import localaws
from localaws import Emulator
from roost.cli.context import command
from roost.cli.display import out, print_json

app = typer.Typer(help="Start, clear and stop the embedded AWS of this checkout.", no_args_is_help=True)

Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


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
def down() -> None:
    """Stop the embedded AWS. Example: `roost local down`."""
    out.print("stopped" if localaws.stop() else "nothing was running")


@app.command()
@command
def reset() -> None:
    """Delete every resource in it. Example: `roost local reset`."""
    out.print(f"cleared {localaws.reset().endpoint}")


@app.command()
@command
def status(as_json: Json = False) -> None:
    """Say whether it runs, and where. Example: `roost local status --json`."""
    running = localaws.status()
    if running is None:
        out.print("not running; start it with: roost local up")
        raise typer.Exit(1)
    _show(running, as_json)


def _show(running: Emulator, as_json: bool) -> None:
    if as_json:
        print_json({"endpoint": running.endpoint, "pid": running.pid, "environment": _variables(running)})
        return
    out.print(f"embedded AWS at [bold]{running.endpoint}[/] (process {running.pid}, log {running.folder}/emulator.log)")
    for name, value in _variables(running).items():
        out.print(f"  export {name}={value}", highlight=False)


def _variables(running: Emulator) -> dict[str, str]:
    return localaws.endpoint_environment(running)
