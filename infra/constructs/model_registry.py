"""The registry: records in a table, packages in a bucket."""

from aws_cdk import Aws, CfnOutput, Duration, Fn
from aws_cdk import aws_s3 as s3
from constructs import Construct

from infra.config import StageConfig
from infra.constructs.platform_function import PlatformFunction
from infra.constructs.private_bucket import bucket_name, private_bucket
from infra.constructs.record_table import streamed_table
from roost import names, object_keys

PACKAGES = "packages/"
EXPIRED_GO = Duration.days(1)
EXPIRED_BACK = Duration.days(30)  # after which nobody can restore them


class ModelRegistry(Construct):
    """Nobody may delete: no grant holds a delete action."""

    def __init__(self, scope: Construct, name: str, config: StageConfig, logs: s3.Bucket) -> None:
        super().__init__(scope, name)
        self.table_name = names.table(config.stage, "registry")
        self._table, stream = streamed_table(self, config, "registry", ("pk", "sk"))
        export = names.registry_stream_export(config.stage)
        CfnOutput(self, "Stream", value=stream, export_name=export)
        self.stream_arn = Fn.import_value(export)
        private_bucket(self, config, "packages", logs, rules=[_expired_packages_go()])
        self.bucket_name = bucket_name(self, config, "packages")
        self._bucket = f"arn:{Aws.PARTITION}:s3:::{self.bucket_name}"

    def grant_read(self, function: PlatformFunction) -> None:
        """Read single records."""
        function.allow(["dynamodb:GetItem"], [self._table])

    def grant_search(self, function: PlatformFunction) -> None:
        """List a model's records."""
        function.allow(["dynamodb:Query"], [self._table])

    def grant_move(self, function: PlatformFunction) -> None:
        """Commit changes: conditional puts, made from the head that was read, and in a transaction only.

        So no plain PutItem of the function writes anything ("Using IAM with DynamoDB transactions", Amazon DynamoDB
        Developer Guide).
        """
        function.allow(["dynamodb:GetItem"], [self._table])
        within = {"ForAnyValue:StringEquals": {"dynamodb:EnclosingOperation": ["TransactWriteItems"]}}
        function.allow(["dynamodb:PutItem"], [self._table], within)

    def grant_follow(self, function: PlatformFunction) -> None:
        """Follow the table's changes, as an event source mapping does with its function's role, and read what they are.

        ListStreams has no resources to name.
        """
        actions = ["dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator"]
        function.allow(actions, [self.stream_arn])
        function.allow(["dynamodb:ListStreams"], ["*"])
        self.grant_search(function)

    def grant_read_packages(self, function: PlatformFunction) -> None:
        """Read packages by digest."""
        function.allow(["s3:GetObject"], [f"{self._bucket}/{PACKAGES}*"])

    def grant_see_released(self, function: PlatformFunction) -> None:
        """Read what is released, and the packages behind it."""
        self.grant_read(function)
        self.grant_read_packages(function)

    def grant_store_packages(self, function: PlatformFunction) -> None:
        """Store packages, and see whether one is there already."""
        function.allow(["s3:PutObject"], [f"{self._bucket}/{PACKAGES}*"])
        condition = {"StringLike": {"s3:prefix": [f"{PACKAGES}*"]}}
        function.allow(["s3:ListBucket"], [self._bucket], condition)


def _expired_packages_go() -> s3.LifecycleRule:
    """Remove packages that the registry has given up (``roost models expire``); S3 does it, no role may."""
    return s3.LifecycleRule(
        tag_filters=dict(object_keys.EXPIRED_TAG),
        expiration=EXPIRED_GO,
        noncurrent_version_expiration=EXPIRED_BACK,
    )
