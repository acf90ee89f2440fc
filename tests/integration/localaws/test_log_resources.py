"""Who may search a log is said of the log group's ARN with ``:*`` behind it."""

from __future__ import annotations

import json
import uuid

from botocore.exceptions import ClientError

from localaws import Emulator
from tests.integration.localaws.clients import client
from tests.integration.localaws.gap import still_open

GROUP = "arn:aws:logs:us-east-1:000000000000:log-group:"


def may_search(emulator: Emulator, behind: str, other: bool = False) -> bool:
    """Whether a user may, whose policy names a log group (or another one) with something behind it."""
    name = uuid.uuid4().hex[:8]
    client(emulator, "logs").create_log_group(logGroupName=name)
    iam, resource = client(emulator, "iam"), f"{GROUP}{'other' if other else name}{behind}"
    iam.create_user(UserName=name)
    statement = {"Effect": "Allow", "Action": "logs:FilterLogEvents", "Resource": resource}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    iam.put_user_policy(UserName=name, PolicyName="searches", PolicyDocument=policy)
    key = iam.create_access_key(UserName=name)["AccessKey"]
    searching = client(emulator, "logs", key["AccessKeyId"], key["SecretAccessKey"])
    try:
        searching.filter_log_events(logGroupName=name)
    except ClientError as error:
        assert error.response["Error"]["Code"] == "AccessDeniedException"
        return False
    return True


def test_a_log_group_is_named_with_what_is_in_it(guarded: Emulator) -> None:
    assert may_search(guarded, ":*")
    assert not may_search(guarded, "")
    assert not may_search(guarded, ":*", other=True)


def test_upstream_wants_the_name_alone(upstream_guarded: Emulator) -> None:
    still_open("log_resources", may_search(upstream_guarded, ":*"))
