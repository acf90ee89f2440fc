"""A policy on the calls of a log group names it with ``:*`` behind it, as ``DescribeLogGroups`` does.

AWS takes the name alone for tagging only. The emulator compares the name alone, so that policies as AWS wants them, and
as CloudFormation's ``Arn`` of a log group gives them, allow nothing.

AWS: "Overview of managing access permissions to your CloudWatch Logs resources",
https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/iam-access-control-overview-cwl.html
"""

from __future__ import annotations

from typing import Any

from ministack.core import iam_actions

from localaws.parity.patching import Function, wrap

TAGGING = ("TagResource", "UntagResource", "ListTagsForResource")


def close() -> None:
    """Name log groups as policies do."""
    wrap(iam_actions, "extract_resource_arn", _resource)


def _resource(
    original: Function, service: str, method: str, path: str, headers: dict[str, str], *rest: Any, **named: Any
) -> str:
    found = str(original(service, method, path, headers, *rest, **named))
    tags = headers.get("x-amz-target", "").endswith(TAGGING)
    return f"{found}:*" if service == "logs" and ":log-group:" in found and not tags else found
