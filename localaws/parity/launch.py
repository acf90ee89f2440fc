"""Runs the emulator with its gaps closed. Started by ``localaws.emulator`` in the emulator's own environment."""

from __future__ import annotations

import argparse
import os
import signal
import sys
from collections.abc import Callable

GAPS: tuple[Callable[[], None], ...] = ()


def serve() -> None:
    """Close the gaps, serve until told to stop, then end every function worker of this process group."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--instance", required=True, help="the name by which this process is recognised")
    parser.add_argument("--gaps", choices=("closed", "open"), default="closed")
    arguments = parser.parse_args()
    if arguments.gaps == "closed":
        for close in GAPS:
            close()
    _run_emulator()


def _run_emulator() -> None:
    from ministack.app import main

    sys.argv = sys.argv[:1]
    try:
        main()
    finally:
        if os.getpgrp() == os.getpid():
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
            os.killpg(0, signal.SIGTERM)


if __name__ == "__main__":
    serve()
