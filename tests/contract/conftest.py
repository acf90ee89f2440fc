"""The online store twice: in memory, and over the Amazon DynamoDB API (moto)."""

from collections.abc import Iterator

import boto3
import pytest
from moto import mock_aws

from roost.adapters.dynamodb_online import DynamoDBOnlineStore
from roost.adapters.in_memory import InMemoryOnlineStore
from roost.ports import OnlineStore
from tests.contract.online_tables import TABLE, created


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    with mock_aws():
        yield


@pytest.fixture(params=["in_memory", "moto"])
def store(request: pytest.FixtureRequest) -> OnlineStore:
    if request.param == "in_memory":
        return InMemoryOnlineStore()
    request.getfixturevalue("aws")
    created(boto3.client("dynamodb"))
    return DynamoDBOnlineStore(TABLE, writers=1)  # moto keeps its tables in dicts that threads must not share
