"""Buckets as this platform wants them: private, encrypted, versioned, TLS only, with access logs.

Their names are known beforehand, so that stacks need no exports from each other.
"""

from collections.abc import Sequence

from aws_cdk import Duration, Stack
from aws_cdk import aws_s3 as s3
from constructs import Construct

from infra.config import StageConfig
from infra.constructs.acknowledgement import acknowledge
from roost import names

KEEP = Duration.days(90)


def bucket_name(scope: Construct, config: StageConfig, purpose: str) -> str:
    """The name of a stage's bucket."""
    stack = Stack.of(scope)
    return names.bucket(config.stage, purpose, stack.account, stack.region)


def private_bucket(
    scope: Construct,
    config: StageConfig,
    purpose: str,
    logs: s3.Bucket,
    event_bridge: bool = False,
    rules: Sequence[s3.LifecycleRule] = (),
    lock: s3.ObjectLockRetention | None = None,
) -> s3.Bucket:
    """A bucket for data; old versions of overwritten objects are kept for 90 days, unless a shorter rule is given.

    ``lock`` keeps every version from being removed for its time.
    """
    bucket = s3.Bucket(
        scope,
        "Bucket",
        bucket_name=bucket_name(scope, config, purpose),
        versioned=True,
        encryption=s3.BucketEncryption.S3_MANAGED,
        block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
        enforce_ssl=True,
        object_ownership=s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
        server_access_logs_bucket=logs,
        server_access_logs_prefix=f"{purpose}/",
        removal_policy=config.removal,
        lifecycle_rules=[s3.LifecycleRule(noncurrent_version_expiration=KEEP), *rules],
        object_lock_default_retention=lock,
    )
    if event_bridge:
        _send_events(bucket)
    return bucket


def _send_events(bucket: s3.Bucket) -> None:
    """Send object events to EventBridge by the bucket's own property: the L2 would add a function to do it."""
    resource = bucket.node.default_child
    assert isinstance(resource, s3.CfnBucket)
    resource.notification_configuration = s3.CfnBucket.NotificationConfigurationProperty(
        event_bridge_configuration=s3.CfnBucket.EventBridgeConfigurationProperty(event_bridge_enabled=True)
    )


def access_log_bucket(scope: Construct, config: StageConfig) -> s3.Bucket:
    """The bucket that the others log their access to."""
    bucket = s3.Bucket(
        scope,
        "AccessLogs",
        bucket_name=bucket_name(scope, config, "logs"),
        encryption=s3.BucketEncryption.S3_MANAGED,
        block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
        enforce_ssl=True,
        removal_policy=config.removal,
        lifecycle_rules=[s3.LifecycleRule(expiration=KEEP)],
    )
    acknowledge(bucket, "S1", "This is the bucket that access logs go to.")
    return bucket
