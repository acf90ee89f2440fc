"""The emulator's own virtual environment, made from ``requirements/localaws.txt`` and remade when that changes.

It holds the emulator and boto3, which AWS's Python runtime gives every function, and nothing of the developer's: a
function that imports what its layers lack fails here as it would on AWS.
"""

from __future__ import annotations

import fcntl
import hashlib
import importlib.util
import shutil
import subprocess
import sys
from pathlib import Path

from localaws.failures import LocalAwsError
from localaws.layout import REQUIREMENTS, VENV, VENV_PYTHON

_STAMP = VENV / "made-from"


def ensure_venv() -> Path:
    """Make the environment if it is missing, or was made from another lock or for another Python.

    Returns:
        The environment's interpreter, of the caller's Python version.

    Raises:
        LocalAwsError: uv is missing, or could not install.
    """
    VENV.parent.mkdir(parents=True, exist_ok=True)
    with (VENV.parent / "venv.lock").open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        if not _is_current():
            _make()
    return VENV_PYTHON


def _fingerprint() -> str:
    lock = hashlib.sha256(REQUIREMENTS.read_bytes()).hexdigest()
    return f"{lock} python {sys.version_info.major}.{sys.version_info.minor}.{sys.version_info.micro}"


def _is_current() -> bool:
    return VENV_PYTHON.exists() and _STAMP.exists() and _STAMP.read_text(encoding="utf-8") == _fingerprint()


def _make() -> None:
    uv = _uv()
    shutil.rmtree(VENV, ignore_errors=True)
    _run([*uv, "venv", "--quiet", "--no-project", "--python", _interpreter(), str(VENV)])
    options = ["--quiet", "--require-hashes", "--compile-bytecode", "--python", str(VENV_PYTHON)]
    _run([*uv, "pip", "sync", *options, str(REQUIREMENTS)])
    _STAMP.write_text(_fingerprint(), encoding="utf-8")


def _interpreter() -> str:
    base = getattr(sys, "_base_executable", None)
    return str(base or sys.executable)


def _uv() -> list[str]:
    if importlib.util.find_spec("uv") is not None:
        return [sys.executable, "-m", "uv"]
    found = shutil.which("uv")
    if found is None:
        raise LocalAwsError("uv is not installed, so the emulator's environment cannot be made; run: make setup")
    return [found]


def _run(command: list[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise LocalAwsError(f"{' '.join(command)} failed with {done.returncode}:\n{done.stderr.strip()}")
