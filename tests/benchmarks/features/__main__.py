"""``make bench-features``: training sets and streams, beside pandas on the same files, in one run."""

import json
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from roost.adapters.duckdb_tables import DuckDBTables
from roost.ports import RowSpan
from roost.spec import load_model
from roost.spec.layouts import layout_of
from tests.benchmarks.features.hot_entities import hot_figures
from tests.benchmarks.features.latest_values import KEY_COUNT, LABELS, VIEWS, latest_view, write_files
from tests.benchmarks.features.stream_load import stream_figures
from tests.benchmarks.features.transactions_file import write_transactions
from tests.benchmarks.peers_environment import peers_python
from tests.benchmarks.report import Row, publish

HERE = Path(__file__).parent
ROUNDS = 3
WINDOWS_AIM, JOIN_AIM = 10.0, 1.0
LIMITS = ("512MB", "3GB")


def ours_windows(path: Path) -> None:
    """The handbook's twelve window features for all rows."""
    model, tables = load_model("fraud"), DuckDBTables()
    first, last = tables.time_span(path, model.source.event_time)
    for view in model.views:
        rows = RowSpan(path, model.source, first, last + 1)
        tables.row_features(rows, path, model.source, layout_of(view))


def ours_join(folder: Path, memory: str = "3GB") -> None:
    """Newest values of three views for a million labels, read from Parquet, known at the label's time."""
    tables = DuckDBTables(memory_limit=memory)
    with np.load(folder / "labels.npz") as labels:
        keys, times = labels["key"], labels["time"]
    for number in range(VIEWS):
        view = latest_view(number)
        found = tables.features_at([folder / f"view{number}.parquet"], view.source, layout_of(view), keys, times)
        assert all(len(column) == LABELS for column in found.values())


def timed(work: Callable[[], None]) -> float:
    """Median seconds."""
    taken = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        work()
        taken.append(time.perf_counter() - started)
    return statistics.median(taken)


def peer(what: str, folder: Path, rounds: int = ROUNDS) -> dict[str, float]:
    """Median seconds of the peers for the same files."""
    done = subprocess.run(
        [str(peers_python()), str(HERE / "peer_process.py"), what, str(folder), str(rounds)],
        check=True, capture_output=True, text=True,
    )  # fmt: skip
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def main() -> None:
    """Measure, print and write."""
    with tempfile.TemporaryDirectory(prefix="bench-features-") as name:
        folder = Path(name)
        rows = write_transactions(folder / "transactions.parquet")
        write_files(folder)
        windows, rolling = timed(lambda: ours_windows(folder / "transactions.parquet")), peer("rolling", folder)
        by_group = peer("by_group", folder, rounds=1)
        joins = {limit: timed(lambda limit=limit: ours_join(folder, limit)) for limit in LIMITS}  # type: ignore[misc]
        asof = peer("asof", folder)
    table = [
        Row(f"12 windows of {rows:,} rows, pandas rolling by entity", windows, by_group["by_group"], "s", WINDOWS_AIM),
        Row("the same, pandas groupby.rolling", windows, rolling["rolling"], "s"),
        *(Row(f"1M labels x 3 views x 2M rows, {limit}, pandas merge_asof", taken, asof["asof"], "s", JOIN_AIM)
          for limit, taken in joins.items()),
    ]  # fmt: skip
    notes = [
        "pandas by entity: the handbook's way, a function for each group; groupby.rolling: the same in one call.",
        f"ours joins by key as known at the label's time, {KEY_COUNT:,} entities, and returns every label.",
        *stream_figures(),
        *hot_figures(),
    ]
    publish("features", table, notes)


if __name__ == "__main__":
    main()
