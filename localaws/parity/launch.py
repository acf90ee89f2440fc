"""Runs the emulator with its gaps closed. Started by ``localaws.emulator`` in the emulator's own environment."""

from __future__ import annotations

import argparse
import os
import signal
import sys
from importlib import import_module

GAPS = (
    "lambda_metrics",
    "alias_weights",  # outside the metrics: it names the alias that they count
    "function_worker",
    "log_streams",  # inside the embedded metrics: it writes the lines that they read
    "alarm_evaluation",
    "alarm_events",
    "asynchronous_events",
    "batching_window",
    "bucket_locks",
    "conditional_writes",
    "embedded_metrics",
    "exact_dimensions",
    "execution_names",
    "invoke_result",
    "lambda_permissions",
    "log_filters",
    "log_resources",
    "log_subscriptions",
    "metric_eviction",
    "nested_history",
    "object_versions",
    "parameter_events",
    "pipeline_roles",
    "secure_transport",
    "state_paths",
    "task_callbacks",
    "terminal_errors",
    "throttled_tasks",
    "transaction_size",
    "whole_minutes",
)


def close_gaps() -> None:
    """Close each gap, in this order: a later wrapper is outside an earlier one."""
    for name in GAPS:
        import_module(f"localaws.parity.{name}").close()


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
