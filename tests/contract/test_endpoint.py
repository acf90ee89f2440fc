"""The endpoint port: publish, read the alias, move it by compare-and-set; in memory and over the Lambda API.

moto and the embedded AWS play Lambda.
"""

import io
import json
import zipfile
from dataclasses import replace

import boto3
import pytest

from roost.adapters.in_memory import InMemoryEndpoint
from roost.adapters.lambda_endpoint import LambdaEndpoint
from roost.domain.release import AliasState
from roost.errors import ConcurrentUpdate
from roost.names import LIVE_ALIAS
from roost.ports import Endpoint
from tests.contract.conftest import KINDS, reach, unique

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
    name = unique("roost-test-fraud-scoring")
    role = boto3.client("iam").create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(TRUST))
    client = boto3.client("lambda")
    client.create_function(
        FunctionName=name, Runtime="python3.11", Handler="index.handler", Role=role["Role"]["Arn"],
        Code={"ZipFile": _code()}, Environment={"Variables": {"ROOST_STAGE": "test"}},
    )  # fmt: skip
    client.publish_version(FunctionName=name)
    client.create_alias(FunctionName=name, Name=LIVE_ALIAS, FunctionVersion="1")
    return LambdaEndpoint(name)


@pytest.fixture(params=KINDS)
def endpoint(request: pytest.FixtureRequest) -> Endpoint:
    if request.param == "in_memory":
        return InMemoryEndpoint(lambda _variables, _event: {})
    reach(request)
    return _deployed()


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


@pytest.mark.parametrize("endpoint", ["in_memory", "embedded"], indirect=True)  # moto takes any RevisionId
def test_a_stale_revision_is_refused_and_nothing_moves(endpoint: Endpoint) -> None:
    stale = endpoint.alias()
    version = endpoint.publish({"ROOST_PACKAGE": "a"}, "fraud version 1")
    endpoint.shift(AliasState("1", stale.revision, version, 5))
    with pytest.raises(ConcurrentUpdate):
        endpoint.shift(replace(stale, primary=version))
    assert endpoint.alias().weight == 5
