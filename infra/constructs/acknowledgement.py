"""Findings of cdk-nag that stand on purpose, each with its reason beside the construct."""

from typing import Any

from aws_cdk import Acknowledgment, Stack, Validations
from constructs import IConstruct


def acknowledge(construct: IConstruct, finding: str, reason: str) -> None:
    """Accept one finding (``L1``, or ``IAM5[Resource::*]``) on a construct and what is in it."""
    Validations.of(construct).acknowledge(Acknowledgment(id=f"AwsSolutions-{finding}", reason=reason))


def acknowledge_wildcard(construct: IConstruct, resource: str, reason: str) -> None:
    """Accept a resource with a wildcard in a policy."""
    text = _flat(Stack.of(construct).resolve(resource))
    if "*" in text:
        acknowledge(construct, f"IAM5[Resource::{text}]", reason)


def _flat(resolved: Any) -> str:
    """A resolved value as cdk-nag prints it: references in angle brackets."""
    if isinstance(resolved, str):
        return resolved
    if "Fn::Join" in resolved:
        separator, parts = resolved["Fn::Join"]
        return str(separator).join(_flat(part) for part in parts)
    return f"<{resolved.get('Ref', resolved)}>"
