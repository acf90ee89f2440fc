"""``roost deploy``: the CDK app, by the real CDK CLI."""

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

import localaws
from localaws import Emulator
from localaws.deploy import TOOLKIT_STACK, cdk_command
from localaws.deploy import deploy as deploy_locally
from localaws.layout import REPOSITORY
from roost.adapters.aws_session import caller
from roost.adapters.cloudformation_outputs import stack_outputs
from roost.cli.context import CHOICES, stage_command
from roost.cli.display import err, note, out, print_json, table
from roost.cli.options import Json, Yes
from roost.cli.target import Target
from roost.names import stack
from roost.settings import child_environment


@stage_command
def deploy(
    streams: Annotated[bool, typer.Option("--streams", help="With streams, which are billed by the hour.")] = False,
    yes: Yes = False,
    as_json: Json = False,
) -> None:
    """Deploy the platform and all model projects, bootstrapping the account first where needed.

    Example: `roost deploy --stage staging --profile work`.
    """
    context = ("--context", "streams=true") if streams else ()
    target = CHOICES.target()
    target.announce()
    running = localaws.status()
    if running is not None and target.endpoint == running.endpoint:
        outputs = _on_own_emulator(running, target.stage, context)
    else:
        target.confirm(f"Deploy stage {target.stage} to this account?", yes)
        outputs = _elsewhere(target, context)
    if as_json:
        print_json(outputs)
    else:
        out.print(table(f"deployed stage {target.stage}", ("output", "value"), outputs.items()))


def _on_own_emulator(running: Emulator, stage: str, context: Sequence[str]) -> dict[str, str]:
    log = running.folder / f"deploy-{stage}.log"
    with err.status("cdk deploy") as shown:
        note(f"log: {log}")
        deployed = deploy_locally(
            running, stage, extra_args=context, on_line=lambda line: shown.update(f"cdk deploy · {line[:90]}")
        )
    return deployed.get(stack(stage, "platform"), {})


def _elsewhere(target: Target, context: Sequence[str]) -> dict[str, str]:
    if stack_outputs(TOOLKIT_STACK) is None:
        account, region = caller()
        _cdk(["bootstrap", f"aws://{account}/{region}"], target)
    stage = ["--context", f"stage={target.stage}"]
    _cdk(["deploy", "--all", *stage, *context, "--require-approval", "never"], target)
    return stack_outputs(stack(target.stage, "platform")) or {}


def _cdk(arguments: list[str], target: Target) -> None:
    """Run the CDK CLI, whose output goes to standard error as it comes; its exit code becomes ours."""
    profile = ["--profile", target.profile] if target.profile else []
    line = [cdk_command(), *arguments, *profile, "--no-notices"]
    note(" ".join(line))
    tools = child_environment(Path(sys.executable).parent)  # python for the app, and node where the machine has none
    code = subprocess.run(line, cwd=REPOSITORY, env=tools, stdout=sys.stderr, check=False).returncode
    if code != 0:
        raise typer.Exit(code)
