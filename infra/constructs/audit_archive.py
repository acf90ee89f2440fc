"""The copy of the audit log: written once by one function, changed and removed by nobody.

DynamoDB cannot forbid that an item is overwritten: no condition key of IAM tells a new item from an old one ("Actions,
resources, and condition keys for Amazon DynamoDB", Service Authorization Reference), so whoever may append to the log
in the table could edit it there. S3 can: a bucket policy takes new objects only when the request says ``If-None-Match``
("Enforce conditional writes on Amazon S3 buckets"), and Object Lock keeps what is there ("Locking objects with Object
Lock", both Amazon S3 User Guide).
"""

from aws_cdk import Aws, Duration
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3
from constructs import Construct

from infra.config import StageConfig
from infra.constructs.platform_function import PlatformFunction
from infra.constructs.private_bucket import bucket_name, private_bucket

ENTRIES = "registry/"
KEPT = Duration.days(7 * 365)
KEPT_WHERE_NOTHING_MATTERS = Duration.days(1)
NEVER = (
    "s3:BypassGovernanceRetention",
    "s3:DeleteObject",
    "s3:DeleteObjectVersion",
    "s3:PutObjectLegalHold",
    "s3:PutObjectRetention",
)


class AuditArchive(Construct):
    """A bucket with Object Lock in governance mode, from which its own policy keeps everybody's overwrites."""

    def __init__(self, scope: Construct, name: str, config: StageConfig, logs: s3.Bucket) -> None:
        super().__init__(scope, name)
        lock = s3.ObjectLockRetention.governance(KEPT_WHERE_NOTHING_MATTERS if config.throwaway else KEPT)
        bucket = private_bucket(self, config, "audit", logs, lock=lock)
        self.bucket_name = bucket_name(self, config, "audit")
        self._arn = f"arn:{Aws.PARTITION}:s3:::{self.bucket_name}"
        bucket.add_to_resource_policy(self._deny("NobodyOverwrites", ["s3:PutObject"], _without_if_none_match()))
        bucket.add_to_resource_policy(self._deny("NobodyRemoves", list(NEVER)))

    def grant_append(self, function: PlatformFunction) -> None:
        """Add entries, and see which are there."""
        function.allow(["s3:PutObject"], [f"{self._arn}/{ENTRIES}*"])
        function.allow(["s3:ListBucket"], [self._arn], {"StringLike": {"s3:prefix": [f"{ENTRIES}*"]}})

    def _deny(
        self, sid: str, actions: list[str], conditions: dict[str, dict[str, str]] | None = None
    ) -> iam.PolicyStatement:
        return iam.PolicyStatement(
            sid=sid,
            effect=iam.Effect.DENY,
            principals=[iam.AnyPrincipal()],
            actions=actions,
            resources=[f"{self._arn}/*"],
            conditions=conditions,
        )


def _without_if_none_match() -> dict[str, dict[str, str]]:
    """The condition that a write would replace what is there."""
    return {"Null": {"s3:if-none-match": "true"}}
