"""The port of secrets: in memory and over the AWS Secrets Manager API (moto, embedded AWS)."""

import json
from collections.abc import Callable

import boto3
import pytest

from roost.adapters.in_memory_origins import InMemorySecrets
from roost.adapters.secrets_manager import SecretsManager
from roost.errors import SecretUnusable
from roost.ports import Secrets
from tests.contract.conftest import KINDS, reach, unique

Opened = tuple[Secrets, Callable[[str], str]]


@pytest.fixture(params=KINDS)
def opened(request: pytest.FixtureRequest) -> Opened:
    """Secrets, and what stores one of a text and answers its name."""
    name = unique("roost-test")
    if request.param == "in_memory":
        memory = InMemorySecrets()

        def keep(text: str) -> str:
            memory.by_name[name] = json.loads(text)
            return name

        return memory, keep
    reach(request)

    def store(text: str) -> str:
        boto3.client("secretsmanager").create_secret(Name=name, SecretString=text)
        return name

    return SecretsManager(), store


def test_a_secret_is_its_json_object(opened: Opened) -> None:
    secrets, store = opened
    assert secrets.read(store('{"username": "u", "port": 5432}')) == {"username": "u", "port": 5432}


def test_a_secret_that_is_not_there_is_named(opened: Opened) -> None:
    with pytest.raises(SecretUnusable, match="there is no secret 'absent'"):
        opened[0].read("absent")


@pytest.mark.parametrize("text", ["hunter2", '["hunter2"]'])
def test_a_secret_that_is_no_object_is_named_and_not_quoted(aws: None, text: str) -> None:
    boto3.client("secretsmanager").create_secret(Name="plain", SecretString=text)
    with pytest.raises(SecretUnusable, match="'plain' is no JSON object") as caught:
        SecretsManager().read("plain")
    assert "hunter2" not in str(caught.value)
