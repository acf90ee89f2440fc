"""A deployed Roost as a person with credentials sees it: upload, run, release, score."""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import boto3
import urllib3
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from localaws.client_environment import endpoint_environment
from localaws.emulator_record import Emulator
from roost import names
from roost.domain.api_address import api_address

STAGE = "e2e"
WITH_STREAMS = ("--context", "streams=true", "--context", "code_releases=true")
MODEL = "fraud"
LIMIT_SECONDS = 240


@dataclass(frozen=True)
class Execution:
    """One run of a state machine."""

    name: str
    status: str
    error: str
    cause: str
    states: list[str]


@dataclass(frozen=True)
class Answer:
    """What the endpoint answered."""

    status: int
    content_type: str
    document: dict[str, Any]


class Deployment:
    """One stage on one emulator."""

    def __init__(self, emulator: Emulator, outputs: dict[str, str]) -> None:
        self.emulator = emulator
        self.outputs = outputs
        self.environment = endpoint_environment(emulator)

    def client(self, service: str) -> Any:
        return boto3.client(
            service,
            endpoint_url=self.emulator.endpoint,
            region_name=self.environment["AWS_REGION"],
            aws_access_key_id=self.environment["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=self.environment["AWS_SECRET_ACCESS_KEY"],
        )

    @cached_property
    def _states(self) -> Any:
        return self.client("stepfunctions")

    def _machine(self, name: str) -> str:
        account, region = self.environment["CDK_DEFAULT_ACCOUNT"], self.environment["AWS_REGION"]
        return f"arn:aws:states:{region}:{account}:stateMachine:{name}"

    def pipeline(self, named: Callable[[str, str], str], model: str) -> str:
        """The state machine of a model that ``names`` names so."""
        return self._machine(named(STAGE, model))

    @property
    def training(self) -> str:
        return self._machine(names.training_pipeline(STAGE, MODEL))

    @property
    def releasing(self) -> str:
        return self._machine(names.release_pipeline(STAGE, MODEL))

    @property
    def backfill(self) -> str:
        return self._machine(names.backfill_pipeline(STAGE, MODEL))

    @property
    def audit(self) -> str:
        return self._machine(names.audit_pipeline(STAGE, MODEL))

    @property
    def compaction(self) -> str:
        return self._machine(names.compaction_pipeline(STAGE, "card_transactions"))

    def stored(self, key: str) -> dict[str, Any]:
        """A JSON document of the lake."""
        body = self.client("s3").get_object(Bucket=self.outputs[names.Output.LAKE_BUCKET], Key=key)["Body"]
        document: dict[str, Any] = json.loads(body.read())
        return document

    def runs(self, machine: str) -> list[str]:
        """Execution ARNs, oldest first."""
        listed = self._states.list_executions(stateMachineArn=machine)["executions"]
        return [run["executionArn"] for run in sorted(listed, key=lambda run: run["startDate"])]

    def start(self, machine: str, **request: Any) -> Execution:
        """Start a run with this input and wait for its end."""
        started = self._states.start_execution(stateMachineArn=machine, input=json.dumps(request))
        return self.finished(started["executionArn"])

    def next_run(self, machine: str, known: list[str]) -> Execution:
        """The first run that is not among the known ones, once it has ended."""
        new = wait_until(lambda: [run for run in self.runs(machine) if run not in known])
        return self.finished(new[0])

    def finished(self, run: str) -> Execution:
        def ended() -> Any:
            found = self._states.describe_execution(executionArn=run)
            return found if found["status"] != "RUNNING" else None

        found = wait_until(ended)
        return Execution(
            found["name"], found["status"], found.get("error", ""), found.get("cause", ""), self._entered(run)
        )

    def _entered(self, run: str) -> list[str]:
        pages = self._states.get_paginator("get_execution_history").paginate(executionArn=run)
        events = [event for page in pages for event in page["events"]]
        return [e["stateEnteredEventDetails"]["name"] for e in events if "stateEnteredEventDetails" in e]

    def upload(self, key: str, body: bytes) -> None:
        bucket = self.outputs[names.Output.LAKE_BUCKET]
        self.client("s3").put_object(Bucket=bucket, Key=key, Body=body)

    def alias(self) -> dict[str, Any]:
        function = names.scoring_function(STAGE, MODEL)
        found: dict[str, Any] = self.client("lambda").get_alias(FunctionName=function, Name=names.LIVE_ALIAS)
        return {key: value for key, value in found.items() if key != "ResponseMetadata"}

    def score(self, body: Any, model: str = MODEL, signed: bool = True) -> Answer:
        """POST a scoring request to API Gateway, signed as SigV4 asks for."""
        base = api_address(self.outputs[names.Output.API_URL], self.emulator.endpoint)
        url = f"{base}/models/{model}/predictions"
        content = body if isinstance(body, str) else json.dumps(body)
        request = AWSRequest("POST", url, data=content, headers={"Content-Type": "application/json"})
        if signed:
            key = Credentials(self.environment["AWS_ACCESS_KEY_ID"], self.environment["AWS_SECRET_ACCESS_KEY"])
            SigV4Auth(key, "execute-api", self.environment["AWS_REGION"]).add_auth(request)
        response = urllib3.request("POST", url, body=content, headers=dict(request.headers), timeout=30)
        return Answer(response.status, response.headers.get("Content-Type", ""), json.loads(response.data or b"{}"))


def wait_until(condition: Callable[[], Any]) -> Any:
    """The condition's first true answer; an assertion fails when it takes too long."""
    deadline = time.monotonic() + LIMIT_SECONDS
    while time.monotonic() < deadline:
        if answer := condition():
            return answer
        time.sleep(0.5)
    raise AssertionError(f"{condition} was not true in {LIMIT_SECONDS} s")
