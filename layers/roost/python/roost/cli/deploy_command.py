"""``roost deploy``: the CDK app, by the real CDK CLI."""

import subprocess
from typing import Annotated

import typer

import localaws
from localaws.deploy import cdk_command
from localaws.deploy import deploy as deploy_locally
from roost.cli.context import CHOICES, command
from roost.cli.display import err, note, out
from roost.cli.target import Target


@command
def deploy(
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask before a real account is changed.")] = False,
) -> None:
    """Deploy the platform and all model projects. Example: `roost --stage staging --profile work deploy`."""
    target = CHOICES.target()
    target.announce()
    running = localaws.status()
    if target.embedded and running is not None and running.endpoint == target.endpoint:
        with err.status("cdk deploy") as shown:
            outputs = deploy_locally(
                running, target.stage, on_line=lambda line: shown.update(f"cdk deploy · {line[:90]}")
            )
        out.print(f"deployed {', '.join(sorted(outputs))}")
        return
    _deploy_by_hand(target, yes)


def _deploy_by_hand(target: Target, yes: bool) -> None:
    if not target.embedded and not yes:
        typer.confirm(f"Deploy stage {target.stage} to this account?", abort=True)
    arguments = [cdk_command(), "deploy", "--all", "--context", f"stage={target.stage}", "--require-approval", "never"]
    if target.profile:
        arguments += ["--profile", target.profile]
    note(" ".join(arguments))
    raise typer.Exit(subprocess.run(arguments, check=False).returncode)
