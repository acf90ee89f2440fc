"""Functions load with what their layers hold, and no more: a missing library shows in Lambda only at the first call."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
BASE = ("experiments.observe_experiment", "experiments.plan_experiment", "experiments.record_experiment",
        "monitoring.record_outcomes", "registry.publish_changes", "release.finish_release", "release.judge_canary",
        "release.plan_release", "release.ask_approval", "release.claim_release", "release.read_orders",
        "release.settle_release",
        "release.publish_version",
        "release.record_rollback", "release.shift_traffic", "release.smoke_test", "training.next_rung",
        "training.register_model",
        "training.start_training")  # fmt: skip
LIBRARIES = ("duckdb", "numpy", "onnxruntime", "pandas", "pydantic", "sklearn")
PROGRAM = """
import sys
sys.modules.update(dict.fromkeys({absent!r}))
import {module}
"""


def loads(module: str, absent: tuple[str, ...]) -> str:
    """Import a module where libraries are absent; returns what went wrong, empty if nothing did."""
    program = PROGRAM.format(absent=absent, module=module)
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False)
    return done.stderr


@pytest.mark.parametrize("step", BASE)
def test_steps_that_only_record_load_without_numbers(step: str) -> None:
    assert loads(f"functions.{step}", LIBRARIES) == ""


def test_observing_loads_with_numbers_and_without_what_trains() -> None:
    assert loads("functions.monitoring.observe_predictions", ("duckdb", "pandas", "pydantic", "sklearn")) == ""


def test_serving_loads_without_what_trains() -> None:
    assert loads("roost.serving_wiring", ("duckdb", "pandas", "pydantic", "sklearn")) == ""
