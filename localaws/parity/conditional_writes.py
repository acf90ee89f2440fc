"""A bucket policy sees whether a write is conditional.

S3 gives policies the request's ``If-None-Match`` and ``If-Match`` as ``s3:if-none-match`` and ``s3:if-match``, so that
a bucket can refuse every write that might replace an object. The emulator leaves them out, so that such a policy
refuses the conditional writes too.

AWS: "Enforce conditional writes on Amazon S3 buckets",
https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes-enforce.html
"""

from __future__ import annotations

from typing import Any

from ministack.core import iam_actions

from localaws.parity.patching import Function, wrap

HEADERS = ("if-none-match", "if-match")


def close() -> None:
    """Add the headers to the condition keys of a write."""
    wrap(iam_actions, "_s3_object_context", _context)


def _context(
    original: Function, iam_action: str, query_params: dict[str, Any], path: str, headers: dict[str, str]
) -> dict[str, Any]:
    keys = original(iam_action, query_params, path, headers)
    said = {f"s3:{name}": headers[name] for name in HEADERS if headers.get(name)}
    return {**keys, **said} if iam_action == "s3:PutObject" else dict(keys)
