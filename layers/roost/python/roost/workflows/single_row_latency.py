"""How long one row takes through a package: a stopwatch's number, for gates and the report, never for the package."""

import time
from collections.abc import Mapping, Sequence

from roost.domain.feature_vector import FeaturePlan
from roost.domain.scoring import Model, score_rows

CALLS = 300
WARM_UP = 30


def single_row_latency(plan: FeaturePlan, model: Model, rows: Sequence[Mapping[str, float | None]]) -> list[float]:
    """Milliseconds of each of 300 calls, one golden row after another; empty without rows.

    It is what the model costs within a request: features, model and calibration, without network and online store.
    """
    if not rows:
        return []
    taken = []
    for call in range(WARM_UP + CALLS):
        started = time.perf_counter()
        score_rows(plan, model, [rows[call % len(rows)]])
        taken.append((time.perf_counter() - started) * 1000)
    return taken[WARM_UP:]
