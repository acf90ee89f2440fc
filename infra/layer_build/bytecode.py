"""Compile a layer's modules once, when it is built, instead of at every cold start."""

import subprocess
import sys
from pathlib import Path

from infra.layer_build.layer_errors import BytecodeFailed
from infra.layer_build.layer_target import LayerTarget

LAMBDA_FOLDER = "/opt/python"
REPEATABLE = {"PYTHONHASHSEED": "0"}


def compile_modules(folder: Path, target: LayerTarget) -> bool:
    """Write unchecked-hash ``.pyc`` files beside the sources, with the paths that they will have on Lambda.

    The files hold no time and are never checked against their source (PEP 552), so they are the same on every
    machine and valid whatever times an archive gives to the sources. One process compiles all of them, in the order
    of their names and with a fixed hash seed: what ``marshal`` writes depends on what the process has seen before, and
    the order of a set constant on the seed.

    Returns:
        Whether bytecode was written: a target's Python must be on this machine for that.

    Raises:
        BytecodeFailed: a module does not compile.
    """
    if target.interpreter is None:
        print(
            f"layer for {target}: no Python {target.python_version} on this machine, so no bytecode goes in and cold "
            f"starts take longer; install it, or deploy from it",
            file=sys.stderr,
        )
        return False
    command = _command(target.interpreter, folder)
    done = subprocess.run(command, env=REPEATABLE, capture_output=True, text=True, check=False)
    if done.returncode:
        raise BytecodeFailed(f"{target}: {done.stdout.strip() or done.stderr.strip()}")
    return True


def _command(interpreter: Path, folder: Path) -> list[str]:
    options = ["-q", "--invalidation-mode", "unchecked-hash", "-s", str(folder), "-p", LAMBDA_FOLDER]
    return [str(interpreter), "-s", "-S", "-P", "-m", "compileall", *options, str(folder)]
