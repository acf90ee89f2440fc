"""Requests over the loopback interface count as sent over TLS.

AWS's endpoints are reached over TLS, so ``aws:SecureTransport`` is true in every request, and bucket policies that deny
anything else, those of the CDK's asset bucket and of every bucket with ``enforce_ssl`` among them, let it pass. The
emulator serves plain HTTP on 127.0.0.1 and says false, so that where IAM is enforced such a bucket refuses everybody
but the administrator, ``cdk deploy`` included.

AWS: "AWS global condition context keys", ``aws:SecureTransport``,
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
"""

from __future__ import annotations

from ministack import app

from localaws.parity.patching import Function, wrap


def close() -> None:
    """Say of each request that its transport is secure."""
    wrap(app, "pin_request_origin", _pin)


def _pin(original: Function, source_ip: str, _secure: bool) -> None:
    original(source_ip, True)
