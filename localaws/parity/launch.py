"""Runs the emulator with its gaps closed. Started by ``localaws.emulator`` in the emulator's own environment."""

from __future__ import annotations

import argparse
import os
import signal
import sys


def close_gaps() -> None:
    """Close each gap. Metrics before weights: the outer wrapper names the alias, the inner one counts."""
    from localaws.parity import (
        alarm_evaluation,
        alias_weights,
        batching_window,
        embedded_metrics,
        exact_dimensions,
        function_worker,
        lambda_metrics,
        object_versions,
        secure_transport,
    )

    lambda_metrics.close()
    alias_weights.close()
    function_worker.close()
    for gap in (alarm_evaluation, batching_window, embedded_metrics, exact_dimensions, object_versions):
        gap.close()
    secure_transport.close()


def serve() -> None:
    """Close the gaps, serve until told to stop, then end every function worker of this process group."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--instance", required=True, help="the name by which this process is recognised")
    parser.add_argument("--gaps", choices=("closed", "open"), default="closed")
    arguments = parser.parse_args()
    if arguments.gaps == "closed":
        close_gaps()
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
