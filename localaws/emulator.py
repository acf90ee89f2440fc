"""Start, find, clear and stop the emulator of this checkout."""

from __future__ import annotations

import fcntl
import shutil
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from localaws import emulator_http
from localaws.emulator_process import free_port, is_alive, spawn, terminate
from localaws.emulator_record import Emulator, Options, load_record, save_record
from localaws.emulator_venv import ensure_venv
from localaws.failures import LocalAwsError, tail
from localaws.layout import Home, home_at

START_SECONDS = 60.0


def start(
    keep_state: bool = False,
    enforce_iam: bool = False,
    wait_scale: float | None = None,
    port: int | None = None,
    *,
    close_gaps: bool = True,
    home: Path | None = None,
) -> Emulator:
    """Start the emulator, or return the one that already runs with the same options.

    Args:
        keep_state: Load what an earlier run saved, and save at stop.
        enforce_iam: Authorise every call by IAM policies. The credentials of ``endpoint_environment`` are the
            account's administrator.
        wait_scale: Factor on waits: of Step Functions, of batching windows, between asynchronous retries; 0 skips
            them.
        port: Where to listen on the loopback interface; 4566 when None, the next free port when that is taken, any
            free port when 0.
        close_gaps: Off to see what the emulator does without ``localaws.parity``.
        home: The emulator's folder; ``.roost/localaws`` of the checkout when None.

    Returns:
        The emulator, ready to serve.

    Raises:
        LocalAwsError: One runs with other options, or the new one died or was not ready in time.
    """
    options = Options(keep_state, enforce_iam, wait_scale, close_gaps)
    place = home_at(home)
    with _only_one(place):
        running = load_record(place)
        if running is not None and is_alive(running) and becomes_ready(running):
            return _same(running, options, port)
        ensure_venv()
        return _start_new(place, options, port)


def stop(home: Path | None = None) -> bool:
    """Stop the emulator and its function workers; say whether one ran.

    A record left by an emulator that is gone is cleaned away, and no other process is ever touched.
    """
    place = home_at(home)
    with _only_one(place):
        emulator = load_record(place)
        running = emulator is not None and is_alive(emulator)
        if emulator is not None:
            terminate(emulator)
        _clean(place)
        return running


def reset(home: Path | None = None) -> Emulator:
    """Delete every resource in the running emulator, kept state included.

    Raises:
        LocalAwsError: No emulator runs, or it did not answer.
    """
    emulator = status(home)
    if emulator is None:
        raise LocalAwsError("no emulator runs in this checkout; start it with: python -m localaws up")
    try:
        emulator_http.clear(emulator.port)
    except OSError as error:
        raise LocalAwsError(f"the emulator at {emulator.endpoint} did not reset: {error}") from error
    return emulator


def status(home: Path | None = None) -> Emulator | None:
    """Return the running emulator of this checkout (or of ``home``); None when none runs and is healthy."""
    return _running(home_at(home))


def _running(home: Home) -> Emulator | None:
    emulator = load_record(home)
    if emulator is None or not is_alive(emulator):
        return None
    return emulator if emulator_http.is_ready(emulator.port, emulator.instance) else None


def _same(running: Emulator, options: Options, port: int | None) -> Emulator:
    if running.options == options and port in (None, 0, running.port):
        return running
    raise LocalAwsError(
        f"an emulator runs at {running.endpoint} with {running.options}, not with {options} on port {port or 'any'}; "
        "stop it first with: python -m localaws down"
    )


def _start_new(home: Home, options: Options, port: int | None) -> Emulator:
    leftover = load_record(home)
    if leftover is not None:
        terminate(leftover)
    _clean(home)
    emulator = spawn(home, free_port(port), f"roost-{uuid.uuid4().hex}", options)
    save_record(emulator)
    if not becomes_ready(emulator):
        what = f"was not ready in {START_SECONDS:.0f} s" if is_alive(emulator) else "died while it started"
        terminate(emulator)
        _clean(home)
        raise LocalAwsError(f"the emulator on port {emulator.port} {what}; the end of {home.log}:\n{tail(home.log)}")
    return emulator


def becomes_ready(emulator: Emulator) -> bool:
    """Wait until the emulator serves; False when it died or took too long."""
    deadline = time.monotonic() + START_SECONDS
    while is_alive(emulator) and time.monotonic() < deadline:
        if emulator_http.is_ready(emulator.port, emulator.instance):
            return True
        time.sleep(0.05)
    return False


def _clean(home: Home) -> None:
    home.record.unlink(missing_ok=True)
    shutil.rmtree(home.scratch, ignore_errors=True)


@contextmanager
def _only_one(home: Home) -> Iterator[None]:
    home.folder.mkdir(parents=True, exist_ok=True)
    with home.lock.open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
