"""What a contract is tried on: stores in memory, moto in this process, and the embedded AWS, a server of its own."""

import uuid
from collections.abc import Callable, Iterator

import boto3
import pytest
from moto import mock_aws

from localaws import Emulator, endpoint_environment
from roost.adapters.dynamodb_online import DynamoDBOnlineStore
from roost.adapters.in_memory import InMemoryOnlineStore
from roost.adapters.signed_reads import SignedReads
from roost.ports import OnlineStore

KINDS = ["in_memory", "moto", "embedded"]

OpenOnline = Callable[[], OnlineStore]


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """AWS by moto, empty."""
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    with mock_aws():
        yield


@pytest.fixture
def embedded(monkeypatch: pytest.MonkeyPatch, emulator: Emulator) -> None:
    """The embedded AWS of the session, found as every SDK finds it; other tests' things are in it."""
    for name, value in endpoint_environment(emulator).items():
        monkeypatch.setenv(name, value)


def reach(request: pytest.FixtureRequest) -> None:
    """Point boto3 at what the fixture's parameter names."""
    request.getfixturevalue("aws" if request.param == "moto" else "embedded")


def unique(name: str) -> str:
    return f"{name}-{uuid.uuid4().hex[:12]}"


def table(name: str, *key: str) -> str:
    """A new table with a partition key, and a sort key if there is a second; returns its name."""
    made = unique(name)
    boto3.client("dynamodb").create_table(
        TableName=made,
        AttributeDefinitions=[{"AttributeName": part, "AttributeType": "S"} for part in key],
        KeySchema=[
            {"AttributeName": part, "KeyType": kind} for part, kind in zip(key, ("HASH", "RANGE"), strict=False)
        ],
        BillingMode="PAY_PER_REQUEST",
    )
    return made


@pytest.fixture(params=[*KINDS, "signed"])
def open_online(request: pytest.FixtureRequest) -> OpenOnline:
    """Opens online stores over one table, empty at first, as consumers side by side have them.

    ``signed`` reads from the embedded AWS as scoring does, without the SDK's client.
    """
    if request.param == "in_memory":
        first = InMemoryOnlineStore()
        return lambda: InMemoryOnlineStore(first.items, first.lock)
    reach(request)
    name = table("roost-test-online", "pk")
    # moto keeps its tables in dicts that threads must not share
    writers = {"writers": 1} if request.param == "moto" else {}
    quick = SignedReads if request.param == "signed" else None
    return lambda: DynamoDBOnlineStore(name, quick=quick, **writers)
