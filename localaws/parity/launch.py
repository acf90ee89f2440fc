"""Runs the emulator with its gaps closed. Started by ``localaws.emulator`` in the emulator's own environment."""

from __future__ import annotations

import argparse
import os
import signal
import sys
from collections.abc import Callable


def gaps() -> tuple[Callable[[], None], ...]:
    """Return what closes each gap. Metrics before weights: the outer wrapper names the alias, the inner one counts."""
    from localaws.parity import alias_weights, embedded_metrics, function_worker, lambda_metrics

    return (lambda_metrics.close, alias_weights.close, embedded_metrics.close, function_worker.close)


def serve() -> None:
    """Close the gaps, serve until told to stop, then end every function worker of this process group."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--instance", required=True, help="the name by which this process is recognised")
    parser.add_argument("--gaps", choices=("closed", "open"), default="closed")
    arguments = parser.parse_args()
    if arguments.gaps == "closed":
        for close in gaps():
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
