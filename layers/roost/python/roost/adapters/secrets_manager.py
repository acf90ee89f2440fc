"""Credentials, over the AWS Secrets Manager API."""

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import boto3
from botocore.exceptions import ClientError

from roost.adapters.aws_failures import error_code, transient_failures
from roost.errors import SecretUnusable

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

ABSENT = ("ResourceNotFoundException", "InvalidRequestException")  # the second for one that is marked for deletion


class SecretsManager:
    """Secrets of this account and region; each is read anew, so that a rotated one is taken at once."""

    def __init__(self, client: "SecretsManagerClient | None" = None) -> None:
        self._secrets = client or boto3.client("secretsmanager")

    def read(self, name: str) -> Mapping[str, Any]:
        """The JSON object of a secret; its current version, AWSCURRENT."""
        return secret_object(name, self._text(name))

    def _text(self, name: str) -> str:
        try:
            with transient_failures("Secrets Manager"):
                return self._secrets.get_secret_value(SecretId=name).get("SecretString", "")
        except ClientError as error:
            if error_code(error) not in ABSENT:
                raise
            raise SecretUnusable(absent(name)) from error


def absent(name: str) -> str:
    """What is said of a secret that is not there."""
    return f"there is no secret {name!r} in Secrets Manager; create it with: aws secretsmanager create-secret"


def secret_object(name: str, text: str) -> Mapping[str, Any]:
    """The JSON object in a secret's text, which no message quotes.

    Raises:
        SecretUnusable: it is none.
    """
    try:
        found = json.loads(text)
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise SecretUnusable(f"secret {name!r} is no JSON object; store its fields as one")
    return found
