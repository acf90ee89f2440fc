"""CheckLeakage passes an honest set and names the rows of one that knew too much."""

import io
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings

from roost.domain.naive_features import Known, naive_features
from roost.errors import LeakageFound
from roost.object_keys import LEAKAGE_REPORT, LEAKAGE_SAMPLE, run_key
from roost.spec import FeatureView
from roost.spec.layouts import layout_of
from roost.workflows.feature_building import build_features
from roost.workflows.leakage import check_leakage
from tests.unit.features.payments import DAY, Lake, model, view
from tests.unit.features.test_window_equality import Row, histories, moments, naive, views

END = 18_000 * DAY
RUN = "run-1"


@pytest.fixture
def built(lake: Lake, tmp_path: Path) -> Lake:
    """A lake with a run whose features are built: a payment of one of three cards every twenty minutes for six days."""
    rows = range(6 * 72)
    columns: dict[str, Any] = {
        "payment_id": np.array(rows),
        "paid_at": np.array([(END - 1_200 * (len(rows) - row)) * 10**6 for row in rows], dtype="datetime64[us]"),
        "card": np.array([f"c{row % 3}" for row in rows], dtype=object),
        "amount": np.array([np.nan if row % 7 == 0 else row % 50 + 0.25 for row in rows]),
        "is_fraud": np.array([int(row % 5 == 0) for row in rows]),
    }
    lake.put_valid(tmp_path, columns)
    build_features(project(), RUN, {"payments": "d1"}, None, lake.tables, lake.ports)
    return lake


def project() -> Any:
    return model(views=(view(), view(delay=timedelta(hours=3)).model_copy(update={"name": "late"})))


def test_an_honest_set_passes(built: Lake) -> None:
    answer = check_leakage(project(), RUN, {"payments": "d1"}, built.tables, built.ports)
    assert (answer["rows"], answer["features"], answer["differences"]) == (200, 12, 0)


def test_a_value_that_nobody_could_know_stops_the_run_and_is_named(built: Lake) -> None:
    key = run_key("payments", RUN, LEAKAGE_SAMPLE)
    with np.load(io.BytesIO(built.store.get(key))) as arrays:
        sample = dict(arrays)
    sample["late__count_1d"][7] += 1
    changed = io.BytesIO()
    np.savez(changed, **sample)
    built.store.put(key, changed.getvalue())
    with pytest.raises(LeakageFound, match=r"1 of 2400 values differ: late__count_1d of c\d at"):
        check_leakage(project(), RUN, {"payments": "d1"}, built.tables, built.ports)
    report = json.loads(built.store.get(run_key("payments", RUN, LEAKAGE_REPORT)))
    assert report["first"][0]["built"] == report["first"][0]["expected"] + 1


@given(histories(), views, moments)
@settings(max_examples=200, deadline=None)
def test_the_naive_way_is_the_definition(rows: list[Row], chosen: FeatureView, at: int) -> None:
    layout = layout_of(chosen)
    mine = [Known(str(r.payment), r.at, r.known, {"amount": r.amount, "shop": r.shop}) for r in rows if r.card == "a"]
    expected = naive(layout, rows, "a", at)
    found = naive_features(layout, mine, at)
    assert found.keys() == expected.keys()
    for name, value in expected.items():
        assert found[name] == (None if value is None else pytest.approx(value, rel=1e-6, abs=1e-3))
