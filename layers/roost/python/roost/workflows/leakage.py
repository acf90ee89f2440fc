"""CheckLeakage: prove on a sample of the built set that no feature used what was not known at its row's time."""

import io
import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from roost.domain.naive_features import naive_features
from roost.domain.view_layout import ViewLayout
from roost.errors import LeakageFound
from roost.names import LEAKAGE_REPORT, LEAKAGE_SAMPLE, run_key
from roost.ports import PipelinePorts, TableEngine
from roost.spec import Model
from roost.spec.layouts import layout_of
from roost.workflows.landed_files import valid_rows

ROWS = 200
SHOWN = 20
TOLERANCE = 1e-9  # the naive way adds in floating point
TIME = "time"

Arrays = Mapping[str, npt.NDArray[Any]]


def check_leakage(model: Model, run: str, dataset: str, tables: TableEngine, ports: PipelinePorts) -> dict[str, Any]:
    """Recompute the sampled rows' view features one by one and compare.

    Raises:
        LeakageFound: a feature has another value than the definition gives it; the message names the first rows, the
            run's ``leakage.json`` twenty.
    """
    body = ports.lake.get(run_key(model.name, run, LEAKAGE_SAMPLE))
    with np.load(io.BytesIO(body), allow_pickle=False) as arrays, valid_rows(ports.lake, dataset) as table:
        sample = dict(arrays)
        layouts = [layout_of(view) for view in model.views]
        wrong = [one for layout in layouts for one in _differences(model, layout, sample, tables, table)]
    rows, features = len(sample[TIME]), sum(len(layout.aggregates) for layout in layouts)
    key = run_key(model.name, run, LEAKAGE_REPORT)
    report = {"rows": rows, "features": features, "differences": len(wrong), "first": wrong[:SHOWN]}
    ports.lake.put(key, json.dumps(report, indent=2).encode(), "application/json")
    if wrong:
        raise LeakageFound(f"{len(wrong)} of {rows * features} values differ: {_told(wrong[0])}; more in {key}")
    return {"rows": rows, "features": features, "differences": 0, "report": key}


def leakage_sample(model: Model, columns: Arrays, views: Arrays, used: npt.NDArray[np.bool_]) -> Arrays:
    """Rows of the set, drawn by the model's seed: their times (microseconds since 1970), keys and view features."""
    rows = np.flatnonzero(used)
    drawn = np.sort(np.random.default_rng(model.seed).choice(rows, min(ROWS, len(rows)), replace=False))
    keys = {view.entity.key: columns[view.entity.key][drawn] for view in model.views}
    times = np.round(columns[model.source.event_time][drawn] * 1e6).astype(np.int64)
    return {TIME: times, **keys, **{name: column[drawn] for name, column in views.items()}}


def _differences(
    model: Model, layout: ViewLayout, sample: Arrays, tables: TableEngine, table: Path
) -> list[dict[str, Any]]:
    keys = sample[layout.key]
    histories = tables.histories([table], model.source, layout, sorted(set(keys.tolist())))
    found = []
    for place, (key, at) in enumerate(zip(keys.tolist(), sample[TIME].tolist(), strict=True)):
        expected = naive_features(layout, histories.get(str(key), ()), at)
        for name, value in expected.items():
            built = float(sample[name][place])
            if not _same(built, value):
                found.append({"view": layout.name, "key": key, "time": at / 1e6, "feature": name, "built": built,
                              "expected": value})  # fmt: skip
    return found


def _same(built: float, expected: float | None) -> bool:
    if expected is None or math.isnan(built):
        return expected is None and math.isnan(built)
    return math.isclose(built, expected, rel_tol=TOLERANCE, abs_tol=TOLERANCE)


def _told(one: Mapping[str, Any]) -> str:
    return (
        f"{one['feature']} of {one['key']} at {one['time']:.0f} (seconds since 1970) is {one['built']!r} in the "
        f"training set, {one['expected']!r} by what was known then"
    )
