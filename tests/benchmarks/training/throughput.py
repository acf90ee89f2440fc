"""Rows a second that one core scores with the same model: our package's ONNX, scikit-learn's pipeline, MLflow's pyfunc.

Reading and writing are part of the second comparison: a Parquet file of features in, one of scores out.
"""

import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.benchmarks.features.side import Side
from tests.benchmarks.peers_environment import peers_python
from tests.benchmarks.report import Row
from tests.benchmarks.serving.same_model import make

HERE = Path(__file__).parent
ROUNDS = 5
PYFUNC_AIM, FILE_AIM = 7.0, 4.0
ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MLFLOW_DISABLE_TELEMETRY": "true"}


def throughput() -> tuple[list[Row], list[str]]:
    """Rows of the table, in microseconds a row, and notes."""
    os.environ.update(ONE_THREAD)
    with tempfile.TemporaryDirectory(prefix="bench-throughput-") as folder:
        digest = make(Path(folder))
        fit = [str(peers_python()), str(HERE.parent / "serving" / "peer_process.py"), folder, "sklearn", "fit"]
        subprocess.run(fit, check=True)
        ours = Side(Path(sys.executable), HERE / "throughput_ours.py", folder, digest)
        with ours, Side(peers_python(), HERE / "throughput_peers.py", folder) as peers:
            ours.ask("prepare")
            taken = {(name, way): _median(side, way) for name, side, way in _work(ours, peers)}
    rows = [
        Row(
            "score 100,000 rows on one core: pyfunc",
            taken["ours", "score"],
            taken["peers", "pyfunc"],
            "us/row",
            PYFUNC_AIM,
        ),
        Row("the same: scikit-learn", taken["ours", "score"], taken["peers", "sklearn"], "us/row"),
        Row("the same from file to file: pyfunc", taken["ours", "file"], taken["peers", "file"], "us/row", FILE_AIM),
    ]
    return rows, [
        "throughput: HistGradientBoosting with 100 iterations, 15 features, chunks of 4,096 rows on our side."
    ]


def _work(ours: Side, peers: Side) -> list[tuple[str, Side, str]]:
    return [("ours", ours, way) for way in ("score", "file")] + [
        ("peers", peers, way) for way in ("sklearn", "pyfunc", "file")
    ]


def _median(side: Side, way: str) -> float:
    """Microseconds a row."""
    side.ask(way)
    return statistics.median(side.ask(way)["seconds"] for _ in range(ROUNDS)) * 10
