"""Clients for the command line: of real AWS, or of a LocalStack-compatible endpoint through localstack-client."""

from typing import Any
from urllib.parse import urlsplit

import boto3
from botocore.config import Config
from localstack_client.session import Session as LocalSession

from roost.settings import endpoint_url, sdk_defaults

FEW_TRIES = Config(retries={"mode": "standard", "total_max_attempts": 3}, connect_timeout=5)
ANY_KEY = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}  # as LocalStack's documentation has it
DEFAULT_REGION = "us-east-1"


def client(service: str) -> Any:
    """A client of a service, where the environment points."""
    endpoint = endpoint_url()
    if not endpoint:
        return boto3.client(service, config=FEW_TRIES)  # type: ignore[call-overload]
    here = boto3.Session()
    keys = here.get_credentials()
    session = LocalSession(
        aws_access_key_id=keys.access_key if keys else None,
        aws_secret_access_key=keys.secret_key if keys else None,
        aws_session_token=keys.token if keys else None,
        region_name=here.region_name,
        localstack_host=urlsplit(endpoint).netloc,
    )
    return session.client(service, config=FEW_TRIES)


def complete_for_endpoint() -> None:
    """Give every client on an emulator a region and a key where the environment has none: it takes any."""
    here = boto3.Session()
    sdk_defaults({"AWS_ENDPOINT_URL_S3": endpoint_url()})
    sdk_defaults({} if here.region_name else {"AWS_DEFAULT_REGION": DEFAULT_REGION})
    sdk_defaults({} if here.get_credentials() else ANY_KEY)


def identity() -> str:
    """ARN of the present credentials' owner, by which AWS's own logs name whoever calls."""
    return str(client("sts").get_caller_identity()["Arn"])


def caller() -> tuple[str, str]:
    """Account number and region of the present credentials."""
    account = client("sts").get_caller_identity()["Account"]
    return str(account), boto3.Session().region_name or DEFAULT_REGION
