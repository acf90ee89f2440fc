"""``make bench-serving``: the scoring function beside MLflow, BentoML and scikit-learn, same model, same row."""

import json
import shutil
import statistics
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from roost.object_keys import PACKAGE_MODEL
from tests.benchmarks.peers_environment import peers_python
from tests.benchmarks.report import Bound, Row, publish
from tests.benchmarks.serving import rollback
from tests.benchmarks.serving.http_peers import HttpPeer, http_peers
from tests.benchmarks.serving.same_model import make
from tests.benchmarks.serving.sides import (
    Begun,
    Running,
    Side,
    environment,
    fit_peers,
    our_side,
    peer_sides,
    shipped_megabytes,
)

ROUNDS, COLD_ROUNDS = 11, 7
CALLS, EXPLAINED_CALLS, PEER_CALLS = 2000, 300, 60
OVERHEAD = 0.25  # milliseconds
LINE_ORDER = (
    "parse", "validate", "read", "events", "windows", "vector", "on-demand", "ONNX Runtime", "decide", "id", "answer",
    "log line", "rest",
)  # fmt: skip
NOTES = [
    "ours: the function's whole answer to an API Gateway event (validation, windows of packed events, on-demand",
    "features, ONNX Runtime, decision, log line), with the layers as built for Lambda; the online store in memory.",
    "peers: the same model (HistGradientBoosting, 100 iterations) gives the same score to the same features, which lie",
    "ready; dict to DataFrame to probability in process, or one keep-alive connection over loopback. One thread each.",
    "medians of rounds in which all sides take turns; p99/p50 is that of the quietest round.",
    "line by line: a function's own time within the real answer; bare is ONNX Runtime alone on a ready array.",
]

Figures = Mapping[str, Any]


def main() -> None:
    """Measure, print and write."""
    with tempfile.TemporaryDirectory(prefix="bench-serving-") as name:
        folder = Path(name)
        ours, peers, servers = _prepared(folder)
        figures = _warm(ours, peers, servers)
        begun = _cold([ours, *peers])
    rows = [*_warm_rows(figures), *_line_rows(figures["lines"]), *_cold_rows(begun), *_size_rows(), *rollback.rows()]
    publish("serving", rows, NOTES)


def _prepared(folder: Path) -> tuple[Side, list[Side], list[HttpPeer]]:
    digest = make(folder)
    shutil.copyfile(folder / "packages" / digest / PACKAGE_MODEL, folder / "model.onnx")
    fit_peers(folder)
    ours = our_side(folder, digest)
    running = ours.start()
    row, score = running.ask("row")
    running.end()
    (folder / "row.json").write_text(json.dumps([row, score]))
    return ours, peer_sides(folder), http_peers(peers_python(), folder, row, environment())


def _warm(ours: Side, peers: Sequence[Side], servers: Sequence[HttpPeer]) -> dict[str, Any]:
    """Milliseconds by side, medians of rounds, sides in turn; and what our side alone is asked for."""
    rounds: dict[str, list[float]] = defaultdict(list)
    with _all_started(ours, peers, servers) as (mine, others):
        for _ in range(ROUNDS):
            median, tail = mine.ask(f"plain {CALLS}")
            rounds["ours"].append(median * 1000)
            rounds["tail"].append(tail / median)
            rounds["explained"].append(mine.ask(f"explain {EXPLAINED_CALLS}")[0] * 1000)
            for name, other in others.items():
                rounds[name].append(other.ask(str(PEER_CALLS)) * 1000)
            for server in servers:
                rounds[server.name].append(server.milliseconds(PEER_CALLS))
        lines = mine.ask("lines")
    medians = {name: statistics.median(values) for name, values in rounds.items()}
    return {**medians, "tail": min(rounds["tail"]), "lines": lines}


@contextmanager
def _all_started(
    ours: Side, peers: Sequence[Side], servers: Sequence[HttpPeer]
) -> Iterator[tuple[Running, dict[str, Running]]]:
    _, score = json.loads((servers[0].folder / "row.json").read_text())
    started: list[Running] = []
    try:
        for server in servers:
            server.start(score)
        for side in (ours, *peers):
            started.append(side.start())
        yield started[0], dict(zip([peer.name for peer in peers], started[1:], strict=True))
    finally:
        for running in started:
            running.end()
        for server in servers:
            server.stop()


def _cold(sides: Sequence[Side]) -> dict[str, Begun]:
    """Median seconds to the first answer and MB of memory, sides in turn."""
    found: dict[str, list[Begun]] = defaultdict(list)
    for _ in range(COLD_ROUNDS):
        for side in sides:
            found[side.name].append(side.begin())
    return {
        name: Begun(statistics.median(one.seconds for one in begun), statistics.median(one.megabytes for one in begun))
        for name, begun in found.items()
    }


def _warm_rows(found: Figures) -> list[Row | Bound]:
    ours = found["ours"]
    return [
        Row("event in to response out, p50: MLflow pyfunc in process", ours, found["pyfunc"], "ms", 20),
        Row("the same: `mlflow models serve` over loopback", ours, found["mlflow serve"], "ms", 40),
        Row("the same: BentoML with scikit-learn over loopback", ours, found["bentoml sklearn"], "ms"),
        Row("the same: BentoML with ONNX Runtime over loopback", ours, found["bentoml onnx"], "ms"),
        Row("the same: scikit-learn's pipeline in process", ours, found["sklearn"], "ms"),
        Bound("p99 / p50", found["tail"], "times", 4),
        Bound("with reason codes, over the plain score", found["explained"] / ours, "times", 5),
    ]


def _line_rows(lines: Mapping[str, float]) -> list[Row | Bound]:
    over = (lines["total"] - lines["bare"]) / 1000
    named = [Bound(f"line by line: {name}", lines[name] / 1000, "ms") for name in LINE_ORDER]
    bare = Bound("ONNX Runtime alone, on ready arrays", lines["bare"] / 1000, "ms")
    return [Bound("overhead over ONNX Runtime alone", over, "ms", OVERHEAD), bare, *named]


def _cold_rows(begun: Mapping[str, Begun]) -> list[Row | Bound]:
    ours, sklearn, pyfunc = begun["ours"], begun["sklearn"], begun["pyfunc"]
    return [
        Row("cold start: scikit-learn + pandas + joblib", ours.seconds, sklearn.seconds, "s", 3),
        Row("cold start: MLflow pyfunc", ours.seconds, pyfunc.seconds, "s"),
        Row("peak memory: scikit-learn + pandas + joblib", ours.megabytes, sklearn.megabytes, "MB", 2),
        Row("peak memory: MLflow pyfunc", ours.megabytes, pyfunc.megabytes, "MB"),
    ]


def _size_rows() -> list[Row | Bound]:
    return [Bound("scoring layer, our layer and function, unzipped", shipped_megabytes(), "MB", 140)]


if __name__ == "__main__":
    main()
