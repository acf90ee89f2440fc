"""``make bench-serving``: the scoring function beside scikit-learn's pipeline and MLflow's pyfunc."""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from infra.constructs.code_staging import REPOSITORY, roost_layer
from infra.layer_build import build_layer
from localaws.emulator_venv import ensure_venv
from localaws.layout import VENV as RUNTIME
from tests.benchmarks.peers_environment import peers_python
from tests.benchmarks.report import Row, publish
from tests.benchmarks.serving.same_model import make

HERE = Path(__file__).parent
WARM_ROUNDS, CALLS = 9, {"ours": 2000, "sklearn": 100, "pyfunc": 60}
COLD_ROUNDS = 7
WARM_AIM, COLD_AIM = 20.0, 3.0
ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
UNSET = ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE")


@dataclass(frozen=True)
class Side:
    """How one side's process is started, without its mode."""

    name: str
    command: list[str]

    def start(self, mode: str) -> subprocess.Popen[str]:
        """Start it."""
        kept = {name: value for name, value in os.environ.items() if name not in UNSET}
        return subprocess.Popen(
            [*self.command, mode], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=_environment(kept)
        )


def _environment(kept: dict[str, str]) -> dict[str, str]:
    keys = {"AWS_ACCESS_KEY_ID": "none", "AWS_SECRET_ACCESS_KEY": "none", "AWS_DEFAULT_REGION": "us-east-1"}
    return {**kept, **keys, **ONE_THREAD, "MLFLOW_DISABLE_TELEMETRY": "true"}


def sides(folder: Path, digest: str) -> list[Side]:
    """Ours as deployed, and the peers."""
    ensure_venv()
    runtime = next((RUNTIME / "lib").glob("python*/site-packages"))
    path = [build_layer("scoring") / "python", roost_layer() / "python", REPOSITORY, runtime]
    ours = [
        sys.executable,
        "-S",
        "-s",
        "-P",
        str(HERE / "our_process.py"),
        ":".join(map(str, path)),
        str(folder),
        digest,
    ]
    peers = str(peers_python())
    script = str(HERE / "peer_process.py")
    subprocess.run([peers, script, str(folder), "sklearn", "fit"], check=True, env=_environment(dict(os.environ)))
    return [Side("ours", ours), *(Side(way, [peers, script, str(folder), way]) for way in ("sklearn", "pyfunc"))]


def warm(parties: list[Side]) -> dict[str, float]:
    """Median milliseconds of one call, sides in turn."""
    running = {side.name: side.start("warm") for side in parties}
    medians: dict[str, list[float]] = {name: [] for name in running}
    for process in running.values():
        assert process.stdout is not None
        assert process.stdout.readline().strip() == "ready"
    for _ in range(WARM_ROUNDS):
        for name, process in running.items():
            assert process.stdin is not None
            assert process.stdout is not None
            process.stdin.write(f"{CALLS[name]}\n")
            process.stdin.flush()
            medians[name].append(float(process.stdout.readline()) * 1000)
    for process in running.values():
        process.communicate()
    return {name: statistics.median(values) for name, values in medians.items()}


def cold(parties: list[Side]) -> dict[str, float]:
    """Median seconds from the start of a process to its first answer, sides in turn."""
    taken: dict[str, list[float]] = {side.name: [] for side in parties}
    for _ in range(COLD_ROUNDS):
        for side in parties:
            started = time.perf_counter()
            process = side.start("cold")
            assert process.stdout is not None
            assert process.stdout.readline().strip() == "ready", side.name
            taken[side.name].append(time.perf_counter() - started)
            process.communicate()
    return {name: statistics.median(values) for name, values in taken.items()}


def main() -> None:
    """Measure, print and write."""
    with tempfile.TemporaryDirectory(prefix="bench-serving-") as folder:
        digest = make(Path(folder))
        parties = sides(Path(folder), digest)
        answered, begun = warm(parties), cold(parties)
    rows = [
        Row("warm: request to response, against MLflow pyfunc", answered["ours"], answered["pyfunc"], "ms", WARM_AIM),
        Row("warm: the same, against scikit-learn's pipeline", answered["ours"], answered["sklearn"], "ms"),
        Row("cold: against scikit-learn + pandas", begun["ours"], begun["sklearn"], "s", COLD_AIM),
        Row("cold: against MLflow pyfunc", begun["ours"], begun["pyfunc"], "s"),
    ]
    notes = [
        "ours: the function's whole answer to an API Gateway event (validation, features from tiles, ONNX, log line),",
        "with the layer as built for Lambda, boto3's clients made and Powertools imported; the online store in memory.",
        "peers: dict to DataFrame to probability, HistGradientBoosting with 100 iterations, same model, one thread.",
    ]
    publish("serving", rows, notes)


if __name__ == "__main__":
    main()
