"""Requests to CloudWatch leave the stored points where they are."""

from __future__ import annotations

import subprocess

import pytest

from localaws.emulator_venv import ensure_venv
from localaws.layout import REPOSITORY
from tests.integration.localaws.gap import still_open

pytestmark = pytest.mark.integration

PROGRAM = """
import sys, time
from ministack.services import cloudwatch
if sys.argv[1] == "closed":
    from localaws.parity import metric_eviction
    metric_eviction.close()
cloudwatch.record_metric("Roost", "Requests", 1.0, "Count", {"Model": "fraud"})
(before,) = cloudwatch._metrics.values()
cloudwatch._evict_old_metrics()
(after,) = cloudwatch._metrics.values()
print(before is after)
"""


def kept(gaps: str) -> bool:
    """Whether the list of a metric's points, to which others add meanwhile, is the same after a request."""
    command = [str(ensure_venv()), "-c", PROGRAM, gaps]
    run = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=True)
    return run.stdout.strip() == "True"


def test_points_that_are_recorded_during_a_request_are_kept() -> None:
    assert kept("closed")
    still_open("metric_eviction", closed_upstream=kept("open"))
