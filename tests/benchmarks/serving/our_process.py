"""Our side, in a process of its own that sees what a scoring function sees: its layers, its code, boto3.

Arguments: the import path, the folder with the package and its digest. It says ``ready`` after its first answer, and
then answers commands, each with one line of JSON (see ``measured``). The online store is in memory, so that no network
is measured; the clients that a function makes at init are made here too.
"""

import json
import sys
import time

PATH, FOLDER, DIGEST = sys.argv[1:]
sys.path[:0] = PATH.split(":")

from roost.quiet_start import quiet_start  # noqa: E402

START = quiet_start()
START.__enter__()

from datetime import UTC, datetime  # noqa: E402
from pathlib import Path  # noqa: E402

import aws_lambda_powertools  # noqa: E402, F401  (part of the layer, so part of the measure)
import numpy as np  # noqa: E402

from roost.adapters.dynamodb_online import DynamoDBOnlineStore  # noqa: E402
from roost.adapters.fast_json import FastJson  # noqa: E402
from roost.adapters.onnx_runtime import open_model  # noqa: E402
from roost.adapters.s3_objects import S3ObjectStore  # noqa: E402
from roost.domain.entity_events import Event  # noqa: E402
from roost.domain.event_codec import pack  # noqa: E402
from roost.domain.feature_vector import vectors  # noqa: E402
from roost.ports import OnlineItem  # noqa: E402
from roost.workflows.packages import load_package  # noqa: E402
from roost.workflows.serving import PredictionService  # noqa: E402

REQUEST = {"event_time": "2018-08-15T10:00:00", "customer_id": 5, "terminal_id": 7, "amount": 50.5}
BODY, EXPLAINED = json.dumps(REQUEST), json.dumps({**REQUEST, "explain": True})


class Local:
    """The packages bucket on disk, an online store in memory and a clock."""

    def get(self, key: str) -> bytes:
        return (Path(FOLDER) / key).read_bytes()

    def read(self, keys: list[tuple[str, str]]) -> dict[tuple[str, str], OnlineItem]:
        return {key: OnlineItem(*key, PAYLOADS[key[0].partition("@")[0]], 1_534_290_000) for key in keys}

    def now(self) -> datetime:
        return datetime.now(UTC)


def state(events: int, days: int) -> bytes:
    """So many events of 50.00, spread over so many days before the request."""
    times = [1_534_327_200 - 86_400 * days + 86_400 * days * event // events for event in range(events)]
    return pack([Event(second * 10**6, number, second * 10**6, (5000,)) for number, second in enumerate(times)], 1)


# 1,754,155 transactions of 5,000 customers at 10,000 terminals in 183 days, by what each view keeps (30 and 37 days).
PAYLOADS = {"customer_spend": state(58, 30), "terminal_risk": state(35, 37)}
CLIENTS = (S3ObjectStore("bucket"), DynamoDBOnlineStore("table"))
LINES: list[str] = []
LOCAL = Local()
SERVICE = PredictionService(
    model="fraud", model_version=1, function_version="1", package=load_package(LOCAL, DIGEST, open_model),
    online=LOCAL, clock=LOCAL, json=FastJson(), write_line=LINES.append,
)  # fmt: skip
START.__exit__(None, None, None)


def once(body: str = BODY) -> float:
    started = time.perf_counter()
    answer = SERVICE.respond({"body": body})
    elapsed = time.perf_counter() - started
    assert answer["statusCode"] == 200, answer
    LINES.clear()
    return elapsed


def row() -> tuple[dict[str, float], float]:
    """The features of the request by name, and its score."""
    SERVICE.respond({"body": BODY})
    logged = json.loads(LINES.pop())["prediction"]
    assert SERVICE.package is not None
    plan = SERVICE.package.plan
    (made,) = vectors(plan, np.array([[logged["inputs"][name] for name in plan.inputs]], np.float64).T)
    return dict(zip(plan.features, made.tolist(), strict=True)), logged["score"]


def line_by_line() -> dict[str, float]:
    from tests.benchmarks.serving.line_by_line import bare, lines

    ready = np.array([[*row()[0].values()]], np.float32)
    alone = [bare(SERVICE, ready)]
    found = lines(SERVICE, once)
    return {**found, "bare": min(*alone, bare(SERVICE, ready))}


def measured(command: str) -> object:
    """What a command asks for: ``row``, ``lines``, or ``plain`` or ``explain`` and a number of calls."""
    what, _, count = command.strip().partition(" ")
    if what in ("row", "lines"):
        return row() if what == "row" else line_by_line()
    return spread([once(EXPLAINED if what == "explain" else BODY) for _ in range(int(count))])


def spread(seconds: list[float]) -> tuple[float, float]:
    """Median and 99th percentile."""
    ordered = sorted(seconds)
    return ordered[len(ordered) // 2], ordered[len(ordered) * 99 // 100]


once()
print("ready", flush=True)
for line in sys.stdin:
    print(json.dumps(measured(line)), flush=True)
