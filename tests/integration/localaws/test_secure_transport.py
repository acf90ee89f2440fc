"""A bucket that denies whatever does not come over TLS serves those who may read it."""

from __future__ import annotations

import json

from localaws import Emulator
from tests.integration.localaws.clients import client
from tests.integration.localaws.gap import still_open

DENY_PLAIN = {
    "Effect": "Deny",
    "Principal": "*",
    "Action": "s3:*",
    "Condition": {"Bool": {"aws:SecureTransport": "false"}},
}
ALLOW_ALL = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}


def may_list_tls_only_bucket(emulator: Emulator) -> bool:
    bucket = "tls-only"
    client(emulator, "s3").create_bucket(Bucket=bucket)
    resources = {"Resource": [f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/*"]}
    policy = {"Version": "2012-10-17", "Statement": [{**DENY_PLAIN, **resources}]}
    client(emulator, "s3").put_bucket_policy(Bucket=bucket, Policy=json.dumps(policy))
    iam = client(emulator, "iam")
    iam.create_user(UserName="reader")
    iam.put_user_policy(UserName="reader", PolicyName="all", PolicyDocument=json.dumps(ALLOW_ALL))
    key = iam.create_access_key(UserName="reader")["AccessKey"]
    reader = client(emulator, "s3", key["AccessKeyId"], key["SecretAccessKey"])
    try:
        reader.list_objects_v2(Bucket=bucket)
    except reader.exceptions.ClientError:
        return False
    return True


def test_a_bucket_for_tls_only_serves_who_may_read_it(guarded: Emulator) -> None:
    assert may_list_tls_only_bucket(guarded)


def test_upstream_refuses_a_bucket_for_tls_only(upstream_guarded: Emulator) -> None:
    still_open("secure_transport", may_list_tls_only_bucket(upstream_guarded))
