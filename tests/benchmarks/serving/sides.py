"""The two kinds of sides that are processes with a pipe: ours as deployed, and the peers in their environment."""

import json
import os
import re
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from infra.constructs.code_staging import REPOSITORY, roost_layer
from infra.layer_build import build_layer
from infra.layer_build.layer_checks import folder_size
from localaws.emulator_venv import ensure_venv
from localaws.layout import VENV as RUNTIME
from tests.benchmarks.peers_environment import peers_python

HERE = Path(__file__).parent
ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
UNSET = ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE")
FUNCTION = "functions/serving/score_predictions.py"


class Begun(NamedTuple):
    """How long a process took to its first answer, in seconds, and the most memory that it then had held, in MB."""

    seconds: float
    megabytes: float


@dataclass(frozen=True)
class Side:
    """How one side's process is started."""

    name: str
    command: list[str]

    def start(self) -> "Running":
        """Start it, and wait for its first answer."""
        process = subprocess.Popen(
            self.command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment()
        )
        running = Running(process)
        assert running.line() == "ready", self.name
        return running

    def begin(self) -> Begun:
        """Start it, and end it after its first answer."""
        started = time.perf_counter()
        running = self.start()
        taken = time.perf_counter() - started
        return Begun(taken, running.end())


@dataclass(frozen=True)
class Running:
    """A side's process, ready to be asked."""

    process: subprocess.Popen[str]

    def line(self) -> str:
        """The next line that it prints."""
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()

    def ask(self, command: str) -> Any:
        """The answer to a command."""
        assert self.process.stdin is not None
        self.process.stdin.write(f"{command}\n")
        self.process.stdin.flush()
        return json.loads(self.line())

    def end(self) -> float:
        """End it; the most memory that it held, in MB (``VmHWM`` of proc(5))."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        self.process.communicate()
        found = re.search(r"VmHWM:\s+(\d+) kB", status)
        assert found is not None
        return int(found[1]) * 1024 / 1e6


def environment() -> dict[str, str]:
    """What every side's process sees: one thread, no account, no telemetry."""
    kept = {name: value for name, value in os.environ.items() if name not in UNSET}
    keys = {"AWS_ACCESS_KEY_ID": "none", "AWS_SECRET_ACCESS_KEY": "none", "AWS_DEFAULT_REGION": "us-east-1"}
    return {**kept, **keys, **ONE_THREAD, "MLFLOW_DISABLE_TELEMETRY": "true"}


def our_side(folder: Path, digest: str) -> Side:
    """The scoring function's code behind its layers, as built for Lambda, and what the runtime brings."""
    ensure_venv()
    runtime = next((RUNTIME / "lib").glob("python*/site-packages"))
    path = [build_layer("scoring") / "python", roost_layer() / "python", REPOSITORY, runtime]
    isolated = [sys.executable, "-S", "-s", "-P", str(HERE / "our_process.py")]
    return Side("ours", [*isolated, ":".join(map(str, path)), str(folder), digest])


def fit_peers(folder: Path) -> None:
    """Fit the peers' model and save it in their forms."""
    command = [str(peers_python()), str(HERE / "peer_process.py"), str(folder), "fit"]
    subprocess.run(command, check=True, env=environment())


def peer_sides(folder: Path) -> list[Side]:
    """The peers that need no server."""
    command = [str(peers_python()), str(HERE / "peer_process.py"), str(folder)]
    return [Side(way, [*command, way]) for way in ("sklearn", "pyfunc")]


def shipped_megabytes() -> float:
    """The scoring layer, our layer, and the function's code with the fraud project, unzipped."""
    code = [REPOSITORY / FUNCTION, *(REPOSITORY / "models" / "fraud").rglob("*.py")]
    layers = folder_size(build_layer("scoring")) + folder_size(roost_layer())
    return (layers + sum(path.stat().st_size for path in code)) / 1e6
