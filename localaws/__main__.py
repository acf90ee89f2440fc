"""``python -m localaws up | down | status | reset``."""

from __future__ import annotations

import argparse
import sys

from localaws.client_environment import endpoint_environment
from localaws.emulator import reset, start, status, stop
from localaws.emulator_record import Emulator
from localaws.failures import LocalAwsError


def _describe(emulator: Emulator) -> str:
    exports = "\n".join(f"export {name}={value}" for name, value in endpoint_environment(emulator).items())
    return f"# process {emulator.pid}, {emulator.options}\n{exports}"


def _up(arguments: argparse.Namespace) -> str:
    emulator = start(arguments.keep_state, arguments.enforce_iam, arguments.wait_scale, arguments.port)
    return _describe(emulator)


def _down(_: argparse.Namespace) -> str:
    return "stopped" if stop() else "nothing ran"


def _status(_: argparse.Namespace) -> str:
    emulator = status()
    return "nothing runs" if emulator is None else _describe(emulator)


def _reset(_: argparse.Namespace) -> str:
    return f"cleared {reset().endpoint}"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m localaws", description="The embedded AWS of this checkout.")
    commands = parser.add_subparsers(required=True)
    up = commands.add_parser("up", help="start it, or find it running")
    up.add_argument("--keep-state", action="store_true", help="load and save state")
    up.add_argument("--enforce-iam", action="store_true", help="authorise every call by IAM policies")
    up.add_argument("--wait-scale", type=float, help="factor on waits, such as those of Step Functions; 0 skips them")
    up.add_argument("--port", type=int, help="4566 by default, or the next free one")
    up.set_defaults(run=_up)
    for name, run, text in (("down", _down, "stop it"), ("status", _status, "show it"), ("reset", _reset, "clear it")):
        commands.add_parser(name, help=text).set_defaults(run=run)
    return parser


def run(arguments: list[str] | None = None) -> int:
    """Run one command and print its answer; 1 when it failed."""
    parsed = _parser().parse_args(arguments)
    try:
        print(parsed.run(parsed))
    except LocalAwsError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(run())
