"""``make bench-features``: training sets, online reads and streams, beside pandas and Feast, in one run."""

import statistics
import sys
import tempfile
from collections import defaultdict
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from tests.benchmarks.features.hot_entities import hot_figures
from tests.benchmarks.features.latest_values import KEY_COUNT, LABELS, write_files
from tests.benchmarks.features.side import Side
from tests.benchmarks.features.stream_load import stream_figures
from tests.benchmarks.features.transactions_file import write_transactions
from tests.benchmarks.peers_environment import feast_python, peers_python
from tests.benchmarks.report import Row, publish

HERE = Path(__file__).parent
ROUNDS, JOIN_ROUNDS, ONLINE_ROUNDS = 3, 7, 5
WINDOWS_AIM, JOIN_AIM, FEAST_AIM, ONLINE_AIM, ONLINE_MOST = 10.0, 1.0, 10.0, 10.0, 0.3
WIDE, NARROW = LIMITS = "3GB", "512MB"
DASK_LABELS = LABELS // 20

Answer = dict[str, Any]
Report = tuple[list[Row], list[str]]


def in_turn(sides: dict[str, tuple[Side, str]], rounds: int) -> dict[str, list[Answer]]:
    """So many rounds, after one to warm up, in which each side does its piece of work, one after the other."""
    answers: dict[str, list[Answer]] = defaultdict(list)
    with ExitStack() as stack:
        running = {name: (stack.enter_context(side), work) for name, (side, work) in sides.items()}
        for number in range(rounds + 1):
            for name, (side, work) in running.items():
                answer = side.ask(work)
                answers[name] += [answer] if number else []
    return answers


def ours(folder: Path) -> Side:
    """A process of ours."""
    return Side(Path(sys.executable), HERE / "our_process.py", str(folder))


def pandas(folder: Path) -> Side:
    """A process of pandas."""
    return Side(peers_python(), HERE / "peer_process.py", str(folder))


def feast(folder: Path) -> Side:
    """A process of Feast."""
    return Side(feast_python(), HERE / "feast_process.py", str(folder))


def seconds(answers: list[Answer]) -> float:
    """Median."""
    return statistics.median(answer["seconds"] for answer in answers)


def held(what: str, answer: Answer) -> str:
    """A line on the most memory that a process has held, its libraries included."""
    return f"memory, {what}: {answer['peak']:,} MB at most, {answer['imported']:,} MB of them once imported."


def windows(folder: Path, rows: int) -> Report:
    """The handbook's twelve window features for all rows."""
    sides = {limit: (ours(folder), f"windows {limit}") for limit in LIMITS}
    answers = in_turn({**sides, "pandas": (pandas(folder), "rolling")}, ROUNDS)
    with pandas(folder) as handbook:
        by_group = handbook.ask("by_group")["seconds"]
    wide, narrow = (seconds(answers[limit]) for limit in LIMITS)
    table = [
        Row(f"12 windows of {rows:,} rows, pandas rolling by entity", wide, by_group, "s", WINDOWS_AIM),
        Row("the same within 512 MB", narrow, by_group, "s"),
        Row("the same, pandas groupby.rolling", wide, seconds(answers["pandas"]), "s"),
    ]
    return table, [held(f"windows, limit {limit}", answers[limit][-1]) for limit in LIMITS]


def newest(folder: Path) -> Report:
    """Newest values of three views for a million labels."""
    sides = {limit: (ours(folder), f"join {limit}") for limit in LIMITS}
    answers = in_turn({**sides, "pandas": (pandas(folder), "asof")}, JOIN_ROUNDS)
    wide, narrow = (seconds(answers[limit]) for limit in LIMITS)
    merged = seconds(answers["pandas"])
    lines = [held(f"join, limit {limit}", answers[limit][-1]) for limit in LIMITS]
    with feast(folder) as process:
        on_duckdb = process.ask(f"historical duckdb {LABELS}")
    with ours(folder) as process:
        few = process.ask(f"join {WIDE} {DASK_LABELS}")["seconds"]
    with feast(folder) as process:
        on_dask = process.ask(f"historical dask {DASK_LABELS}")
    table = [
        Row("1M labels x 3 views x 2M rows, pandas merge_asof", wide, merged, "s", JOIN_AIM),
        Row("the same within 512 MB", narrow, merged, "s"),
        Row("the same, Feast 0.67 on DuckDB", wide, on_duckdb["seconds"], "s", FEAST_AIM),
        Row(f"{DASK_LABELS:,} labels, Feast's default store (Dask)", few, on_dask["seconds"], "s", FEAST_AIM),
    ]  # fmt: skip
    lines += [
        held("join, pandas", answers["pandas"][-1]), held("join, Feast on DuckDB", on_duckdb),
        held("join, Feast on Dask", on_dask),
        f"rows returned of {LABELS:,} asked: ours {answers[WIDE][-1]['found']:,}, merge_asof "
        f"{answers['pandas'][-1]['found']:,}, Feast on DuckDB {on_duckdb['found']:,}; "
        f"Feast on Dask {on_dask['found']:,} of {DASK_LABELS:,}.",
    ]  # fmt: skip
    return table, lines


def online(folder: Path) -> Report:
    """Reading three views of ten features of one entity."""
    parts = [("ours", ours, "dynamodb"), ("ours", ours, "at_once")]
    parts += [("feast", feast, kind) for kind in ("dynamodb", "at_once", "sqlite")]
    sides = {f"{who} {kind}": (make(folder), f"online {kind}") for who, make, kind in parts}
    answers = in_turn(sides, ONLINE_ROUNDS)
    taken = {name: statistics.median(answer["found"] for answer in found) for name, found in answers.items()}
    whole = taken["ours dynamodb"]
    table = [
        Row("online read, all but the network; the bound", whole, ONLINE_MOST, "ms", 1.0),
        Row("the same, Feast's DynamoDB store, all but the network", whole, taken["feast dynamodb"], "ms", ONLINE_AIM),
        Row("the same, Feast's sqlite store, whole", whole, taken["feast sqlite"], "ms"),
        Row(
            "online read, a store that answers at once on both sides",
            taken["ours at_once"],
            taken["feast at_once"],
            "ms",
        ),
    ]
    return table, ["online: three views of ten features; ours computes windows of 58 and 35 events, Feast's lie ready."]


def main() -> None:
    """Measure, print and write."""
    with tempfile.TemporaryDirectory(prefix="bench-features-") as name:
        folder = Path(name)
        rows = write_transactions(folder / "transactions.parquet")
        write_files(folder)
        reports = [windows(folder, rows), newest(folder), online(folder)]
    notes = [
        "pandas by entity: the handbook's way, a function for each group; groupby.rolling: the same in one call.",
        f"ours joins by key as known at the label's time, {KEY_COUNT:,} entities; the limit is 3 GB unless said.",
        *(line for _, lines in reports for line in lines),
        *stream_figures(),
        *hot_figures(),
    ]
    publish("features", [row for table, _ in reports for row in table], notes)


if __name__ == "__main__":
    main()
