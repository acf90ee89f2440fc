"""Where IAM is enforced, calls to Lambda are authorised by their own action, on what they name."""

from __future__ import annotations

import json
import uuid
from typing import Any

import pytest
from botocore.exceptions import ClientError

from localaws import Emulator
from tests.integration.localaws.clients import client
from tests.integration.localaws.functions import make_function
from tests.integration.localaws.gap import still_open
from tests.integration.localaws.test_pipeline_roles import make_role

SOURCE = "def handle(event, context):\n    return 'called'\n"


def make_function_with_alias(emulator: Emulator) -> str:
    name = f"called-{uuid.uuid4().hex[:8]}"
    arn = make_function(emulator, name, SOURCE, Role=make_role(emulator))
    lambdas = client(emulator, "lambda")
    lambdas.publish_version(FunctionName=name)
    lambdas.create_alias(FunctionName=name, Name="live", FunctionVersion="1")
    return arn


def lambda_as(emulator: Emulator, action: str, resource: str) -> Any:
    """A client whose user may do one thing."""
    user, iam = f"user-{uuid.uuid4().hex[:8]}", client(emulator, "iam")
    iam.create_user(UserName=user)
    allowed = {"Effect": "Allow", "Action": action, "Resource": resource}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [allowed]})
    iam.put_user_policy(UserName=user, PolicyName="allowed", PolicyDocument=policy)
    key = iam.create_access_key(UserName=user)["AccessKey"]
    return client(emulator, "lambda", key["AccessKeyId"], key["SecretAccessKey"])


def may_read_alias(emulator: Emulator) -> bool:
    arn = make_function_with_alias(emulator)
    try:
        lambda_as(emulator, "lambda:GetAlias", arn).get_alias(FunctionName=arn, Name="live")
    except ClientError as error:
        assert error.response["Error"]["Code"] == "AccessDeniedException"
        return False
    return True


def test_an_alias_is_read_with_leave_to_get_it(guarded: Emulator) -> None:
    assert may_read_alias(guarded)


def test_an_alias_is_moved_only_with_leave_to_update_it(guarded: Emulator) -> None:
    arn = make_function_with_alias(guarded)
    move = {"FunctionName": arn, "Name": "live", "FunctionVersion": "1"}
    lambda_as(guarded, "lambda:UpdateAlias", arn).update_alias(**move)
    with pytest.raises(ClientError, match="lambda:UpdateAlias"):
        lambda_as(guarded, "lambda:GetAlias", arn).update_alias(**move)


def test_a_version_is_called_with_leave_for_that_version(guarded: Emulator) -> None:
    arn = make_function_with_alias(guarded)
    call = {"FunctionName": arn, "Qualifier": "1"}
    lambda_as(guarded, "lambda:InvokeFunction", f"{arn}:*").invoke(**call)
    with pytest.raises(ClientError, match="lambda:InvokeFunction"):
        lambda_as(guarded, "lambda:InvokeFunction", f"{arn}:2").invoke(**call)


def test_upstream_still_asks_for_another_action(upstream_guarded: Emulator) -> None:
    still_open("lambda_permissions", may_read_alias(upstream_guarded))
