"""Running totals and window frames are the same, to the last bit."""

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from roost.adapters import duckdb_features, running_totals
from roost.adapters.duckdb_tables import DuckDBTables
from roost.domain.view_layout import ViewLayout
from roost.errors import DataRejected
from roost.ports import RowSpan
from roost.spec import Aggregation, WindowView
from roost.spec.layouts import layout_of
from tests.unit.features.payments import CARD, DAY, PAYMENTS, view

TABLES = DuckDBTables()
BEGIN = 17_000 * DAY
Payment = tuple[int, str | None, float | None]
payments = st.lists(
    st.tuples(st.integers(-2 * DAY, 2 * DAY), st.sampled_from(["a", "b", None]),
              st.one_of(st.none(), st.integers(-500, 500).map(lambda cents: cents / 100))),
    min_size=1, max_size=40,
)  # fmt: skip


def stored(rows: Sequence[Payment], folder: Path) -> Path:
    path = folder / "valid.parquet"
    times = np.array([(BEGIN + second) * 10**6 for second, _, _ in rows], dtype="datetime64[us]")
    columns = {
        "payment_id": np.arange(len(rows)),
        "paid_at": times,
        "card": np.array([card for _, card, _ in rows], dtype=object),
        "amount": np.array([np.nan if amount is None else amount for _, _, amount in rows]),
        "is_fraud": np.zeros(len(rows), np.int64),
    }
    TABLES.write_table(columns, path)
    return path


def both(layout: ViewLayout, path: Path, monkeypatch: pytest.MonkeyPatch) -> list[dict[str, list[float]]]:
    found = []
    for quick in (running_totals.features, lambda _opened, _layout: None):
        monkeypatch.setattr(duckdb_features.running_totals, "features", quick)
        rows = RowSpan(path, PAYMENTS, BEGIN - 2 * DAY, BEGIN + 3 * DAY)
        features = TABLES.row_features(rows, path, PAYMENTS, layout)
        found.append({name: np.nan_to_num(column, nan=-1.0).tolist() for name, column in features.items()})
    return found


@given(payments, st.sampled_from([0, 3]))
@settings(max_examples=40, deadline=None)
def test_both_ways_are_one(tmp_path_factory: pytest.TempPathFactory, rows: list[Payment], delay: int) -> None:
    layout = layout_of(view(delay=timedelta(hours=delay)))
    with pytest.MonkeyPatch.context() as patched:
        quick, framed = both(layout, stored(rows, tmp_path_factory.mktemp("rows")), patched)
    assert quick == framed


def test_other_functions_go_the_other_way(tmp_path: Path) -> None:
    spread = WindowView(
        name="v", entity=CARD, source=PAYMENTS, windows=(timedelta(hours=4),),
        aggregations=(Aggregation(function="stddev", column="amount"),),
    )  # fmt: skip
    path = stored([(0, "a", 1.0), (60, "a", 3.0), (120, "a", 0.0)], tmp_path)
    found = TABLES.row_features(RowSpan(path, PAYMENTS, BEGIN - DAY, BEGIN + DAY), path, PAYMENTS, layout_of(spread))
    assert found["v__amount_stddev_4h"][2] == np.sqrt(2)


def test_sums_that_might_not_fit_are_left_to_the_way_that_says_so(tmp_path: Path) -> None:
    path = stored([(0, "a", 9e16), (60, "a", 9e16), (120, "a", 9e16)], tmp_path)
    with pytest.raises(DataRejected, match="64 bits"):
        TABLES.row_features(RowSpan(path, PAYMENTS, BEGIN - DAY, BEGIN + DAY), path, PAYMENTS, layout_of(view()))
