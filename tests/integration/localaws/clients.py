"""boto3 clients for an emulator, as its account's administrator or as somebody else."""

from __future__ import annotations

from functools import cache
from typing import Any

import boto3
from botocore.config import Config

from localaws import Emulator

_ONCE = Config(retries={"total_max_attempts": 1}, read_timeout=60, parameter_validation=False)


def client(emulator: Emulator, service: str, key: str = "test", secret: str = "test") -> Any:
    return _client(emulator.endpoint, service, key, secret)


@cache
def _client(endpoint: str, service: str, key: str, secret: str) -> Any:
    return boto3.client(
        service,
        region_name="us-east-1",
        endpoint_url=endpoint,
        aws_access_key_id=key,
        aws_secret_access_key=secret,
        config=_ONCE,
    )
