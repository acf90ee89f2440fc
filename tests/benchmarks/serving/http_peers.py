"""Peers that answer over HTTP on loopback: ``mlflow models serve`` and BentoML, one worker each, keep-alive."""

import http.client
import json
import os
import shutil
import signal
import socket
import statistics
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

SECONDS_TO_START = 120
TOLERANCE = 1e-6
OK = 200


@dataclass
class HttpPeer:
    """A server of the model in ``folder``: how it is started, where it answers, and what it is sent."""

    name: str
    command: list[str]
    port: int
    path: str
    body: bytes
    folder: Path
    environment: dict[str, str]
    process: subprocess.Popen[bytes] | None = None
    connection: http.client.HTTPConnection = field(init=False)

    def __post_init__(self) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)

    def start(self, score: float) -> None:
        """Start the server, wait for its first answer, and see that it is the score that ours gave."""
        with (self.folder / f"{self.name}.log").open("wb") as log:
            self.process = subprocess.Popen(
                self.command, cwd=self.folder, env=self.environment, stdout=log, stderr=log, start_new_session=True
            )
        found = self._first_answer()
        assert abs(found - score) < TOLERANCE, (self.name, found, score)

    def milliseconds(self, calls: int) -> float:
        """Median of so many requests on one connection, which is opened first: servers close one that waits."""
        self.connection.close()
        self._ask()
        taken = []
        for _ in range(calls):
            started = time.perf_counter()
            self._ask()
            taken.append(time.perf_counter() - started)
        return statistics.median(taken) * 1000

    def stop(self) -> None:
        """End the server and its workers: they are a session of their own."""
        self.connection.close()
        if self.process is None:
            return
        os.killpg(self.process.pid, signal.SIGTERM)
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait(20)

    def _first_answer(self) -> float:
        until = time.monotonic() + SECONDS_TO_START
        while True:
            try:
                return positive_probability(self._ask())
            except (OSError, http.client.HTTPException) as error:
                self.connection.close()
                if time.monotonic() > until:
                    raise TimeoutError((self.folder / f"{self.name}.log").read_text()[-3000:]) from error
                time.sleep(0.3)

    def _ask(self) -> Any:
        self.connection.request("POST", self.path, self.body, {"Content-Type": "application/json"})
        answer = self.connection.getresponse()
        text = answer.read()
        if answer.status != OK:
            raise http.client.HTTPException(f"{answer.status}: {text[:500]!r}")
        return json.loads(text)


def positive_probability(answer: Any) -> float:
    """MLflow answers ``{"predictions": [[no, yes]]}``, our BentoML services a number."""
    return float(answer["predictions"][0][1] if isinstance(answer, dict) else answer)


def http_peers(python: Path, folder: Path, row: dict[str, float], environment: dict[str, str]) -> list[HttpPeer]:
    """All servers of the model in ``folder``."""
    shutil.copyfile(Path(__file__).with_name("bento_service.py"), folder / "bento_service.py")
    home = {**environment, "BENTOML_DO_NOT_TRACK": "true", "BENTOML_HOME": str(folder / "bentoml")}
    home["PATH"] = f"{python.parent}{os.pathsep}{home['PATH']}"
    split = {"dataframe_split": {"columns": list(row), "data": [list(row.values())]}}
    ports = iter(_free_ports(3))
    mlflow = [str(python), "-m", "mlflow", "models", "serve", "-m", str(folder / "mlflow"), "-h", "127.0.0.1"]
    bento = [str(python), "-m", "bentoml", "serve", "--host", "127.0.0.1"]
    peers = []
    port = next(ports)
    command = [*mlflow, "-p", str(port), "--env-manager", "local", "--workers", "1"]
    peers.append(HttpPeer("mlflow serve", command, port, "/invocations", json.dumps(split).encode(), folder, home))
    for name, service in (("bentoml sklearn", "Pipeline"), ("bentoml onnx", "Onnx")):
        port = next(ports)
        command = [*bento, f"bento_service:{service}", "--port", str(port)]
        peers.append(HttpPeer(name, command, port, "/predict", json.dumps({"row": row}).encode(), folder, home))
    return peers


def _free_ports(count: int) -> list[int]:
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports
