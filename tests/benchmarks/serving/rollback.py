"""A rollback under load on the embedded AWS: the scoring function behind its alias, traffic halved, then sent back.

The function is the platform's, with its layers and package; callers invoke the alias side by side without a pause.
``python -m tests.benchmarks.serving.rollback`` prints these rows alone.
"""

import io
import json
import tempfile
import threading
import time
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import boto3

from infra.constructs.code_staging import REPOSITORY, roost_layer
from infra.layer_build import layer_asset
from infra.layer_build.layer_archive import zip_layer
from localaws import endpoint_environment, start, stop
from roost.adapters.lambda_endpoint import LambdaEndpoint
from roost.domain.release import AliasState
from roost.names import LIVE_ALIAS
from roost.object_keys import package_key
from roost.settings import ScoringSettings, point_sdk_at
from tests.benchmarks.report import Bound
from tests.benchmarks.serving.same_model import REQUEST, make
from tests.benchmarks.serving.sides import FUNCTION

NAME, BUCKET, TABLE = "rollback-scoring", "rollback-packages", "rollback-online"
CALLERS, SECONDS_EACH = 3, 4.0
ROLE = "arn:aws:iam::000000000000:role/any"
EVENT = json.dumps({"body": json.dumps(REQUEST)}).encode()


@dataclass(frozen=True)
class Call:
    """One request: when it was sent (seconds of ``perf_counter``), its status, and the version that answered."""

    sent: float
    status: int
    version: str


@dataclass
class Load:
    """Callers of the alias that never pause."""

    calls: list[Call] = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        """Call until it is over; whatever is no answer counts as status 0."""
        client = boto3.Session().client("lambda")
        while not self.over.is_set():
            sent = time.perf_counter()
            try:
                self.calls.append(Call(sent, *_answered(client)))
            except Exception:
                self.calls.append(Call(sent, 0, ""))


@contextmanager
def loaded() -> Iterator[Load]:
    """Callers at work."""
    load = Load()
    callers = [threading.Thread(target=load.run) for _ in range(CALLERS)]
    for caller in callers:
        caller.start()
    try:
        yield load
    finally:
        load.over.set()
        for caller in callers:
            caller.join()


def rows() -> list[Bound]:
    """Deploy, load, roll back, count."""
    with tempfile.TemporaryDirectory(prefix="bench-rollback-") as name:
        home = Path(name)
        emulator = start(port=0, home=home / "aws")
        try:
            point_sdk_at(endpoint_environment(emulator))
            old, new = _deployed(home)
            return _measured(old, new)
        finally:
            stop(home / "aws")


def _measured(old: str, new: str) -> list[Bound]:
    endpoint, asked = LambdaEndpoint(NAME), list[str]()
    halved = endpoint.shift(AliasState(old, endpoint.alias().revision, canary=new, weight=50))
    endpoint._lambda.meta.events.register("before-call.lambda", lambda model, **_: asked.append(model.name))
    with loaded() as load:
        time.sleep(SECONDS_EACH)
        decided = time.perf_counter()
        endpoint.shift(AliasState(primary=old, revision=halved.revision))
        done = time.perf_counter()
        time.sleep(SECONDS_EACH)
    late = [call for call in load.calls if call.sent > done and call.version != old]
    failed = [call for call in load.calls if call.status != 200]
    canary = sum(call.version == new for call in load.calls)
    assert canary, "the canary had no traffic to lose"
    return [
        Bound("rollback: API calls from the decision on", len(asked), "calls", 1),
        Bound("rollback: decision to all traffic on the old version", (done - decided) * 1000, "ms"),
        Bound("rollback: requests sent after it that the canary answered", len(late), "requests", 0),
        Bound(f"rollback: failed of {len(load.calls)} requests, {canary} by the canary", len(failed), "requests", 0),
    ]


def _answered(client: Any) -> tuple[int, str]:
    called = client.invoke(FunctionName=NAME, Qualifier=LIVE_ALIAS, Payload=EVENT)
    answer = json.loads(called["Payload"].read())
    return int(answer["statusCode"]), str(called["ExecutedVersion"])


def _deployed(home: Path) -> tuple[str, str]:
    """The function with two released versions, and its alias on the first."""
    digest = make(home)
    _stored(home / "packages" / digest, digest)
    aws = boto3.client("lambda")
    settings = ScoringSettings("bench", "fraud", BUCKET, TABLE)
    aws.create_function(
        FunctionName=NAME, Runtime="python3.11", Handler="functions.serving.score_predictions.handler", Role=ROLE,
        Code={"ZipFile": _code()}, Layers=[*_layers(aws, home)], MemorySize=1024, Timeout=10,
        Environment={"Variables": settings.variables()},
    )  # fmt: skip
    endpoint = LambdaEndpoint(NAME)
    old, new = (
        endpoint.publish({"ROOST_PACKAGE": digest, "ROOST_MODEL_VERSION": number}, f"version {number}")
        for number in ("1", "2")
    )
    aws.create_alias(FunctionName=NAME, Name=LIVE_ALIAS, FunctionVersion=old)
    for version in (old, new):
        assert endpoint.invoke(version, json.loads(EVENT))["statusCode"] == 200
    return old, new


def _stored(package: Path, digest: str) -> None:
    """The package in its bucket, and an online store that knows nobody: the features fall back to their defaults."""
    s3 = boto3.client("s3")
    s3.create_bucket(Bucket=BUCKET)
    for path in package.iterdir():
        s3.put_object(Bucket=BUCKET, Key=package_key(digest, path.name), Body=path.read_bytes())
    key = {"AttributeName": "pk"}
    boto3.client("dynamodb").create_table(
        TableName=TABLE, BillingMode="PAY_PER_REQUEST",
        KeySchema=[{**key, "KeyType": "HASH"}], AttributeDefinitions=[{**key, "AttributeType": "S"}],
    )  # fmt: skip


def _layers(aws: Any, home: Path) -> Iterator[str]:
    ours = zip_layer(roost_layer(), home / "roost.zip")
    for name, archive in (("scoring", layer_asset("scoring").path), ("roost", ours)):
        made = aws.publish_layer_version(LayerName=name, Content={"ZipFile": archive.read_bytes()})
        yield made["LayerVersionArn"]


def _code() -> bytes:
    archive, copy = io.BytesIO(), REPOSITORY
    with zipfile.ZipFile(archive, "w") as out:
        out.write(copy / FUNCTION, FUNCTION)
        for path in (copy / "models" / "__init__.py", *(copy / "models" / "fraud").rglob("*.py")):
            out.write(path, path.relative_to(copy).as_posix())
    return archive.getvalue()


if __name__ == "__main__":
    from tests.benchmarks.report import publish

    publish("rollback", rows(), [])
