"""The real CDK CLI deploys to the emulator while IAM is enforced, and roles grant what they say and no more."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from localaws import Emulator, LocalAwsError
from localaws.deploy import bootstrap, cdk_command, cdk_environment, deploy
from tests.integration.localaws.clients import client
from tests.integration.localaws.eventually import eventually
from tests.integration.localaws.functions import invoke

APP = Path(__file__).parent / "mini_app"


def cdk_is_missing() -> bool:
    try:
        cdk_command()
    except LocalAwsError:
        return True
    return shutil.which("node", path=str(Path(cdk_command()).parent)) is None and shutil.which("node") is None


pytestmark = pytest.mark.skipif(cdk_is_missing(), reason="the CDK CLI is not installed; run: make setup")


@pytest.fixture(scope="module")
def deployed(guarded: Emulator) -> Iterator[dict[str, str]]:
    yield deploy(guarded, "test", APP)["Mini-test"]


def test_a_deployment_leaves_its_outputs_and_its_log(guarded: Emulator, deployed: dict[str, str]) -> None:
    assert set(deployed) == {"BucketName", "AllowedName", "ForbiddenName", "MachineArn", "TableName"}
    assert "Mini-test" in (guarded.folder / "deploy-test.log").read_text()


def test_a_second_bootstrap_is_skipped(guarded: Emulator, deployed: dict[str, str]) -> None:
    assert deployed and not bootstrap(guarded)


def test_the_function_of_a_custom_resource_runs(guarded: Emulator, deployed: dict[str, str]) -> None:
    read = client(guarded, "s3").get_bucket_notification_configuration
    assert read(Bucket=deployed["BucketName"])["EventBridgeConfiguration"] == {}


def test_a_granted_action_works(guarded: Emulator, deployed: dict[str, str]) -> None:
    assert invoke(guarded, deployed["AllowedName"], {"id": "one"})["Payload"] == "one"
    found = client(guarded, "dynamodb").get_item(TableName=deployed["TableName"], Key={"id": {"S": "one"}})
    assert found["Item"] == {"id": {"S": "one"}}


def test_what_no_role_grants_is_denied(guarded: Emulator, deployed: dict[str, str]) -> None:
    answer = invoke(guarded, deployed["ForbiddenName"], {"id": "two"})
    assert answer["Payload"]["errorType"] in ("AccessDeniedException", "ClientError")
    assert "is not authorized to perform: dynamodb:PutItem" in answer["Payload"]["errorMessage"]


def test_a_state_machine_calls_its_function(guarded: Emulator, deployed: dict[str, str]) -> None:
    states = client(guarded, "stepfunctions")
    started = states.start_execution(stateMachineArn=deployed["MachineArn"], input=json.dumps({"id": "three"}))
    describe = {"executionArn": started["executionArn"]}
    ended = eventually(lambda: states.describe_execution(**describe), lambda seen: seen["status"] != "RUNNING")
    assert (ended["status"], ended.get("output")) == ("SUCCEEDED", '"three"')


def test_a_failed_deployment_shows_the_end_of_its_log(guarded: Emulator, tmp_path: Path) -> None:
    (tmp_path / "cdk.json").write_text('{"app": "echo no such definition && false"}')
    bootstrap(guarded)
    with pytest.raises(LocalAwsError, match="no such definition"):
        deploy(guarded, "broken", tmp_path)


def test_the_cdk_sees_no_profile_of_the_developer(guarded: Emulator, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "production")
    environment = cdk_environment(guarded)
    assert "AWS_PROFILE" not in environment
    assert environment["AWS_ENDPOINT_URL"] == guarded.endpoint
