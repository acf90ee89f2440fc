"""A bucket whose policy takes conditional writes only takes those, from those who may write."""

from __future__ import annotations

import json
from typing import Any

from localaws import Emulator
from tests.integration.localaws.clients import client
from tests.integration.localaws.gap import still_open

ALLOW_ALL = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}
DENY = {
    "Effect": "Deny",
    "Principal": "*",
    "Action": "s3:PutObject",
    "Condition": {"Null": {"s3:if-none-match": "true"}},
}


def writer(emulator: Emulator, bucket: str) -> Any:
    """A client of somebody who may do anything with S3, and a bucket that takes new objects only."""
    client(emulator, "s3").create_bucket(Bucket=bucket)
    policy = {"Version": "2012-10-17", "Statement": [{**DENY, "Resource": f"arn:aws:s3:::{bucket}/*"}]}
    client(emulator, "s3").put_bucket_policy(Bucket=bucket, Policy=json.dumps(policy))
    iam = client(emulator, "iam")
    iam.create_user(UserName=bucket)
    iam.put_user_policy(UserName=bucket, PolicyName="all", PolicyDocument=json.dumps(ALLOW_ALL))
    key = iam.create_access_key(UserName=bucket)["AccessKey"]
    return client(emulator, "s3", key["AccessKeyId"], key["SecretAccessKey"])


def written(s3: Any, bucket: str, body: bytes, **condition: str) -> str:
    """Write one key; returns the error's code, empty if it was written."""
    try:
        s3.put_object(Bucket=bucket, Key="entry", Body=body, **condition)
    except s3.exceptions.ClientError as error:
        return str(error.response["Error"]["Code"])
    return ""


def test_a_new_object_is_taken_and_no_other(guarded: Emulator) -> None:
    bucket = "appended-to"
    s3 = writer(guarded, bucket)
    assert written(s3, bucket, b"first") == "AccessDenied"
    assert written(s3, bucket, b"first", IfNoneMatch="*") == ""
    assert written(s3, bucket, b"second", IfNoneMatch="*") == "PreconditionFailed"
    assert written(s3, bucket, b"second") == "AccessDenied"
    assert s3.get_object(Bucket=bucket, Key="entry")["Body"].read() == b"first"


def test_upstream_refuses_conditional_writes_too(upstream_guarded: Emulator) -> None:
    s3 = writer(upstream_guarded, "appended-upstream")
    still_open("conditional_writes", written(s3, "appended-upstream", b"first", IfNoneMatch="*") == "")
