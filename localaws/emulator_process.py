"""The emulator as a process: started in a group of its own, recognised by its name, ended with all its workers."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import time
from pathlib import Path

from localaws.emulator_http import EDITION
from localaws.emulator_record import Emulator, Options
from localaws.layout import REPOSITORY, VENV_PYTHON, Home

DEFAULT_PORT = 4566
ACCOUNT = "000000000000"
REGION = "us-east-1"
_PASSED_ON = ("PATH", "HOME", "LANG", "LC_ALL", "TZ")
_GRACE_SECONDS = 15.0


def free_port(wanted: int | None) -> int:
    """Return ``wanted`` or the default port if it is free, else the next free one; 0 asks for any free port."""
    if wanted == 0:
        return _any_port()
    first = DEFAULT_PORT if wanted is None else wanted
    return next((port for port in range(first, min(first + 200, 65536)) if _is_free(port)), 0) or _any_port()


def _any_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        if probe.connect_ex(("127.0.0.1", port)) == 0:
            return False
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def emulator_environment(home: Home, port: int, instance: str, options: Options) -> dict[str, str]:
    """Return the whole environment of the emulator: nothing of the caller's shell but paths and locale.

    The emulator hands its own environment to function workers, so a developer's profile or virtual environment must
    not be in it.
    """
    environment = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    environment |= {
        "PYTHONPATH": str(REPOSITORY),
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONUNBUFFERED": "1",
        "TMPDIR": str(home.scratch),
        "BIND_HOST": "127.0.0.1",
        "GATEWAY_PORT": str(port),
        "MINISTACK_ACCOUNT_ID": ACCOUNT,
        "MINISTACK_REGION": REGION,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AUTH": "true" if options.enforce_iam else "false",
        "SFTP_ENABLED": "0",
        "IOT_MTLS_ENABLED": "0",
        EDITION: instance,
    }
    if options.wait_scale is not None:
        scale = str(options.wait_scale)
        environment |= {"SFN_WAIT_SCALE": scale, "LAMBDA_ASYNC_RETRY_BASE_SECONDS": scale}
    return environment | (_persistence(home) if options.keep_state else {})


def _persistence(home: Home) -> dict[str, str]:
    return {
        "PERSIST_STATE": "1",
        "STATE_DIR": str(home.state),
        "S3_PERSIST": "1",
        "S3_DATA_DIR": str(home.state / "s3"),
    }


def spawn(home: Home, port: int, instance: str, options: Options) -> Emulator:
    """Start the emulator's process; it does not serve yet when this returns."""
    home.scratch.mkdir(parents=True, exist_ok=True)
    gaps = "closed" if options.close_gaps else "open"
    with home.log.open("w", encoding="utf-8") as log:
        process = subprocess.Popen(
            [str(VENV_PYTHON), "-m", "localaws.parity.launch", "--instance", instance, "--gaps", gaps],
            cwd=home.scratch,
            env=emulator_environment(home, port, instance, options),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    _await_name(process, instance)
    process.returncode = 0  # the process outlives this one on purpose; no warning about it at exit
    return Emulator(process.pid, port, instance, home.folder, options)


def _await_name(process: subprocess.Popen[bytes], instance: str) -> None:
    deadline = time.monotonic() + 5.0  # the system shows no command line while it loads the program
    while instance not in _command_line(process.pid) and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.001)


def is_alive(emulator: Emulator) -> bool:
    """Say whether the recorded process still runs and is the emulator, not a stranger with its number."""
    with contextlib.suppress(ChildProcessError):
        os.waitpid(emulator.pid, os.WNOHANG)
    return emulator.instance in _command_line(emulator.pid)


def _command_line(pid: int) -> str:
    listing = Path(f"/proc/{pid}/cmdline")
    if listing.exists():
        with contextlib.suppress(OSError):
            return listing.read_bytes().replace(b"\0", b" ").decode(errors="replace")
        return ""
    shown = subprocess.run(["ps", "-o", "command=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return shown.stdout


def terminate(emulator: Emulator, grace: float = _GRACE_SECONDS) -> None:
    """End the emulator and its function workers: politely first, so that kept state is saved, then by force."""
    if not is_alive(emulator):
        return
    os.kill(emulator.pid, signal.SIGTERM)
    deadline = time.monotonic() + grace
    while is_alive(emulator):
        if time.monotonic() > deadline:
            os.killpg(emulator.pid, signal.SIGKILL)
        time.sleep(0.02)
