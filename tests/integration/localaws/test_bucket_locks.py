"""What is written into a bucket that a template locks cannot be removed."""

from __future__ import annotations

import json

from localaws import Emulator
from tests.integration.localaws.clients import client
from tests.integration.localaws.eventually import eventually
from tests.integration.localaws.gap import still_open


def keeps_versions(emulator: Emulator) -> bool:
    bucket = "locked-by-template"
    properties = {
        "BucketName": bucket,
        "VersioningConfiguration": {"Status": "Enabled"},
        "ObjectLockEnabled": True,
        "ObjectLockConfiguration": {
            "ObjectLockEnabled": "Enabled",
            "Rule": {"DefaultRetention": {"Mode": "GOVERNANCE", "Days": 1}},
        },
    }
    body = json.dumps({"Resources": {"Locked": {"Type": "AWS::S3::Bucket", "Properties": properties}}})
    stacks, s3 = client(emulator, "cloudformation"), client(emulator, "s3")
    stacks.create_stack(StackName=bucket, TemplateBody=body)
    eventually(
        lambda: str(stacks.describe_stacks(StackName=bucket)["Stacks"][0]["StackStatus"]),
        lambda status: status == "CREATE_COMPLETE",
    )
    version = s3.put_object(Bucket=bucket, Key="entry", Body=b"1")["VersionId"]
    try:
        s3.delete_object(Bucket=bucket, Key="entry", VersionId=version)
    except s3.exceptions.ClientError as error:
        return str(error.response["Error"]["Code"]) == "AccessDenied"
    return False


def test_a_bucket_locked_by_its_template_keeps_versions(aws: Emulator) -> None:
    assert keeps_versions(aws)


def test_upstream_leaves_the_lock_of_a_template_out(upstream: Emulator) -> None:
    still_open("bucket_locks", keeps_versions(upstream))
