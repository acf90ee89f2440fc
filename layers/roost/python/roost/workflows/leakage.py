"""CheckLeakage: prove on a sample of the built set that no feature used what was not known at its row's time."""

import io
import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from roost.domain.naive_features import naive_features, same_value
from roost.errors import LeakageFound
from roost.object_keys import LEAKAGE_REPORT, LEAKAGE_SAMPLE, run_key
from roost.ports import PipelinePorts, TableEngine
from roost.spec import FeatureView, Model
from roost.spec.layouts import layout_of
from roost.workflows.landed_files import valid_tables

ROWS = 200
SHOWN = 20
TIME = "time"

Arrays = Mapping[str, npt.NDArray[Any]]


def check_leakage(
    model: Model, run: str, datasets: Mapping[str, str], tables: TableEngine, ports: PipelinePorts
) -> dict[str, Any]:
    """Recompute the sampled rows' view features one by one and compare.

    Raises:
        LeakageFound: a feature has another value than the definition gives it; the message names the first rows, the
            run's ``leakage.json`` twenty.
    """
    body = ports.lake.get(run_key(model.name, run, LEAKAGE_SAMPLE))
    with np.load(io.BytesIO(body), allow_pickle=False) as arrays, valid_tables(ports.lake, datasets) as found:
        sample = dict(arrays)
        wrong = [one for view in model.views for one in _differences(view, sample, tables, found[view.source.name])]
    rows, features = len(sample[TIME]), len(model.view_features())
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


def _differences(view: FeatureView, sample: Arrays, tables: TableEngine, table: Path) -> list[dict[str, Any]]:
    layout, keys = layout_of(view), [_key_text(key) for key in sample[view.entity.key].tolist()]
    histories = tables.histories([table], view.source, layout, sorted(set(keys)))
    found = []
    for place, (key, at) in enumerate(zip(keys, sample[TIME].tolist(), strict=True)):
        expected = naive_features(layout, histories.get(key, ()), at)
        for name, value in expected.items():
            built = float(sample[name][place])
            if not same_value(built, value):
                found.append({"view": layout.name, "key": key, "time": at / 1e6, "feature": name, "built": built,
                              "expected": value})  # fmt: skip
    return found


def _key_text(key: Any) -> str:
    """A key as text; keys of a nullable integer column come as floats."""
    return str(int(key)) if isinstance(key, float) and not math.isnan(key) else str(key)


def _told(one: Mapping[str, Any]) -> str:
    return (
        f"{one['feature']} of {one['key']} at {one['time']:.0f} (seconds since 1970) is {one['built']!r} in the "
        f"training set, {one['expected']!r} by what was known then"
    )
