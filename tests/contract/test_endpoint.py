"""The endpoint port: publish, read the alias, move it by compare-and-set; in memory and over the Lambda API (moto)."""

import io
import json
import zipfile
from collections.abc import Iterator
from dataclasses import replace

import boto3
import pytest
from moto import mock_aws

from roost.adapters.in_memory import InMemoryEndpoint
from roost.adapters.lambda_endpoint import LambdaEndpoint
from roost.domain.release import AliasState
from roost.errors import ConcurrentUpdate
from roost.names import LIVE_ALIAS
from roost.ports import Endpoint

FUNCTION = "roost-test-fraud-scoring"
TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}


def _code() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("index.py", "def handler(event, context): return {}")
    return buffer.getvalue()


def _deployed() -> LambdaEndpoint:
    role = boto3.client("iam").create_role(RoleName="scoring", AssumeRolePolicyDocument=json.dumps(TRUST))
    client = boto3.client("lambda")
    client.create_function(
        FunctionName=FUNCTION, Runtime="python3.11", Handler="index.handler", Role=role["Role"]["Arn"],
        Code={"ZipFile": _code()}, Environment={"Variables": {"ROOST_STAGE": "test"}},
    )  # fmt: skip
    client.publish_version(FunctionName=FUNCTION)
    client.create_alias(FunctionName=FUNCTION, Name=LIVE_ALIAS, FunctionVersion="1")
    return LambdaEndpoint(FUNCTION)


@pytest.fixture(params=["in_memory", "moto"])
def endpoint(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Endpoint]:
    if request.param == "in_memory":
        yield InMemoryEndpoint(lambda _variables, _event: {})
        return
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    with mock_aws():
        yield _deployed()


def test_a_fresh_alias_serves_the_first_version_alone(endpoint: Endpoint) -> None:
    state = endpoint.alias()
    assert (state.primary, state.canary, state.weight) == ("1", "", 0)


def test_each_publication_is_a_new_version(endpoint: Endpoint) -> None:
    first = endpoint.publish({"ROOST_PACKAGE": "a"}, "fraud version 1")
    second = endpoint.publish({"ROOST_PACKAGE": "b"}, "fraud version 2")
    assert int(second) == int(first) + 1


def test_publishing_moves_no_traffic(endpoint: Endpoint) -> None:
    before = endpoint.alias()
    endpoint.publish({"ROOST_PACKAGE": "a"}, "fraud version 1")
    assert endpoint.alias() == before


@pytest.mark.parametrize("weight", [1, 5, 29, 50, 99])
def test_a_canary_gets_its_share(endpoint: Endpoint, weight: int) -> None:
    version = endpoint.publish({"ROOST_PACKAGE": "a"}, "fraud version 1")
    endpoint.shift(AliasState("1", endpoint.alias().revision, version, weight))
    state = endpoint.alias()
    assert (state.primary, state.canary, state.weight) == ("1", version, weight)


def test_moving_to_one_version_clears_the_weights(endpoint: Endpoint) -> None:
    version = endpoint.publish({"ROOST_PACKAGE": "a"}, "fraud version 1")
    endpoint.shift(AliasState("1", endpoint.alias().revision, version, 5))
    endpoint.shift(AliasState(version, endpoint.alias().revision))
    state = endpoint.alias()
    assert (state.primary, state.canary, state.weight) == (version, "", 0)


@pytest.mark.parametrize("endpoint", ["in_memory"], indirect=True)  # moto takes any RevisionId
def test_a_stale_revision_is_refused_and_nothing_moves(endpoint: Endpoint) -> None:
    stale = endpoint.alias()
    version = endpoint.publish({"ROOST_PACKAGE": "a"}, "fraud version 1")
    endpoint.shift(AliasState("1", stale.revision, version, 5))
    with pytest.raises(ConcurrentUpdate):
        endpoint.shift(replace(stale, primary=version))
    assert endpoint.alias().weight == 5
