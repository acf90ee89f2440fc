"""``roost train``, ``roost runs resume`` and ``roost models reproduce`` over Step Functions and SQS by moto."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import boto3
import pytest
from moto import mock_aws
from moto.core import DEFAULT_ACCOUNT_ID
from typer.testing import CliRunner, Result

from roost import names
from roost.adapters.deployed_platform import DeployedPlatform
from roost.adapters.pipeline_history import StateRun
from roost.adapters.pipeline_runs import Run
from roost.cli.app import app
from roost.cli.context import CHOICES
from roost.cli.reproduce_command import _tell
from roost.cli.run_tables import told
from roost.domain.triggers import reasons_of, trigger_of
from roost.names import Output

MACHINE = {"StartAt": "Wait", "States": {"Wait": {"Type": "Wait", "Seconds": 3600, "End": True}}}
NOW = datetime(2026, 3, 1, tzinfo=UTC)


class Stage(DeployedPlatform):
    """A stage of which only the training pipelines are there."""

    outputs = {Output.API_URL: "https://api", Output.LAKE_BUCKET: "lake"}  # noqa: RUF012  # type: ignore[assignment]


@pytest.fixture
def queue(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The URL of fraud's training queue, beside its pipeline."""
    for name, value in {
        "AWS_ACCESS_KEY_ID": "a",
        "AWS_SECRET_ACCESS_KEY": "b",
        "AWS_DEFAULT_REGION": "us-east-1",
    }.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    monkeypatch.setattr("roost.cli.target.localaws.status", lambda: None)
    monkeypatch.setattr(CHOICES, "open_stage", Stage)
    with mock_aws():
        role = f"arn:aws:iam::{DEFAULT_ACCOUNT_ID}:role/states"
        boto3.client("stepfunctions").create_state_machine(
            name=names.training_pipeline("dev", "fraud"), definition=json.dumps(MACHINE), roleArn=role
        )
        boto3.client("s3").create_bucket(Bucket="lake")
        yield boto3.client("sqs").create_queue(QueueName=names.training_queue("dev", "fraud"))["QueueUrl"]


def call(*arguments: str) -> Result:
    result = CliRunner().invoke(app, list(arguments))
    assert not isinstance(result.exception, AssertionError)
    return result


def waiting(url: str) -> list[Any]:
    messages = boto3.client("sqs").receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
    return [trigger_of(json.loads(message["Body"])) for message in messages]


def test_a_second_wish_is_queued_behind_the_first_and_says_so(queue: str) -> None:
    first = json.loads(call("train", "fraud", "--json").stdout)["run"]
    assert first.startswith("first-")
    shown = call("train", "fraud", "--detail", "new labels", "--no-cache")
    assert f"queued behind run {first}" in shown.stdout
    (wish,) = waiting(queue)
    assert (wish.reason, wish.detail, wish.options) == ("manual", "new labels", {"use_cache": False})
    runs = json.loads(call("runs", "list", "fraud", "--json").stdout)
    assert [reasons_of(run["request"]) for run in runs] == [["manual"]]


def test_only_a_run_that_failed_is_resumed(queue: str) -> None:
    run = json.loads(call("train", "fraud", "--cutoff", "2026-01-01", "--json").stdout)["run"]
    refused = call("runs", "resume", "fraud")
    assert refused.exit_code == 1
    assert f"run {run} is RUNNING; only one that failed" in refused.stderr
    arn = f"arn:aws:states:us-east-1:{DEFAULT_ACCOUNT_ID}:execution:{names.training_pipeline('dev', 'fraud')}:{run}"
    boto3.client("stepfunctions").stop_execution(executionArn=arn)
    resumed = json.loads(call("runs", "resume", "fraud", run, "--json").stdout)["run"]
    request = json.loads(call("runs", "show", "fraud", resumed, "--json").stdout)["request"]
    assert (request["resumes"], request["cutoff"]) == ([run], "2026-01-01T00:00:00")
    assert f"resumes run {run}" in request["triggers"][0]["detail"]


def test_a_step_that_was_skipped_says_from_which_run() -> None:
    assert told({"rows": 3, "cached_from": "one"}) == "cached from run one · rows 3"
    assert told({"rows": 3}) == "rows 3"


def reproduction(status: str, **answers: dict[str, Any]) -> Run:
    states = tuple(StateRun(name, NOW, NOW, answer) for name, answer in answers.items())
    return Run("version-1", status, NOW, NOW, {}, error="" if status == "SUCCEEDED" else "NotReproduced", states=states)


def test_a_reproduction_ends_green_with_the_digest_or_red(capsys: pytest.CaptureFixture[str]) -> None:
    planned = {"other_code": True, "code": "old", "deployed_code": "new"}
    _tell(reproduction("SUCCEEDED", PlanReproduction=planned, CompareReproduction={"reproduced": "abc"}), as_json=False)
    said = capsys.readouterr()
    assert "reproduced: abc" in said.err
    assert "made by code old, tried with new" in said.err
    with pytest.raises(Exception, match="1"):
        _tell(reproduction("FAILED", PlanReproduction={"other_code": False}), as_json=False)
    assert "NotReproduced" in capsys.readouterr().out
