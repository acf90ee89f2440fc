"""CloudFormation makes a bucket with the Object Lock that its template says.

The emulator keeps and enforces locks that come by the S3 API, and leaves ``ObjectLockConfiguration`` of a template out.

AWS: "AWS::S3::Bucket ObjectLockConfiguration",
https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-s3-bucket-objectlockconfiguration.html
"""

from __future__ import annotations

from typing import Any

from ministack.services import s3
from ministack.services.cloudformation import provisioners

from localaws.parity.patching import Function, wrap


def close() -> None:
    """Set the lock beside the other configurations of a bucket."""
    wrap(provisioners, "_s3_apply_configurations", _apply)


def _apply(original: Function, name: str, properties: dict[str, Any], *rest: Any) -> Any:
    applied = original(name, properties, *rest)
    lock = properties.get("ObjectLockConfiguration")
    if lock:
        retention = (lock.get("Rule") or {}).get("DefaultRetention") or {}
        periods = {period: int(retention[period]) for period in ("Days", "Years") if period in retention}
        s3._bucket_object_lock[name] = {"enabled": True, "default_retention": {**retention, **periods} or None}
    return applied
