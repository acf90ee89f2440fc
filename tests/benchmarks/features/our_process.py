"""Our side of training sets, in a process of its own so that its memory can be seen. Argument: the folder."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[3]))

import numpy as np

from roost.adapters.duckdb_tables import DuckDBTables
from roost.features import training_set
from roost.ports import RowSpan
from roost.spec import load_model
from roost.spec.layouts import layout_of
from tests.benchmarks.features.answering import answer_all
from tests.benchmarks.features.latest_values import VIEWS, latest_view

FOLDER = Path(sys.argv[1])


def windows(limit: str) -> int:
    """The handbook's twelve window features for all rows; returns how many."""
    model, tables, path = load_model("fraud"), DuckDBTables(limit), FOLDER / "transactions.parquet"
    first, last = tables.time_span(path, model.source.event_time)
    rows = RowSpan(path, model.source, first, last + 1)
    found = [tables.row_features(rows, path, model.source, layout_of(view)) for view in model.views]
    return len(next(iter(found[0].values())))


def join(limit: str, rows: str = "") -> int:
    """Newest values of three views for a million labels or some, from Parquet files; returns how many came back."""
    with np.load(FOLDER / "labels.npz") as labels:
        step = len(labels["key"]) // int(rows) if rows else 1
        columns = {"key": labels["key"][::step], "time": labels["time"][::step].view("datetime64[us]")}
    views = [latest_view(number) for number in range(VIEWS)]
    files = {view.source.name: [FOLDER / f"view{number}.parquet"] for number, view in enumerate(views)}
    found = training_set(columns, views, files, memory_limit=limit)
    assert len(found) == 2 + sum(len(view.columns) for view in views)
    return min(map(len, found.values()))


def online(part: str) -> float:
    """Median milliseconds of an online read: the whole of it, or with the store in memory."""
    from tests.benchmarks.features.online_read import milliseconds

    return milliseconds(part)


answer_all({"windows": windows, "join": join, "online": online})
