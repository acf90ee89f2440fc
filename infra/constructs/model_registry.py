"""The registry: records in a table, packages in a bucket."""

from aws_cdk import Aws
from aws_cdk import aws_s3 as s3
from constructs import Construct

from infra.config import StageConfig
from infra.constructs.platform_function import PlatformFunction
from infra.constructs.private_bucket import bucket_name, private_bucket
from infra.constructs.record_table import record_table
from roost import names

PACKAGES = "packages/"


class ModelRegistry(Construct):
    """Nobody may delete: no grant holds a delete action."""

    def __init__(self, scope: Construct, name: str, config: StageConfig, logs: s3.Bucket) -> None:
        super().__init__(scope, name)
        self.table_name = names.table(config.stage, "registry")
        self._table = record_table(self, config, "registry", ("pk", "sk"))
        private_bucket(self, config, "packages", logs)
        self.bucket_name = bucket_name(self, config, "packages")
        self._bucket = f"arn:{Aws.PARTITION}:s3:::{self.bucket_name}"

    def grant_read(self, function: PlatformFunction) -> None:
        """Read single records."""
        function.allow(["dynamodb:GetItem"], [self._table])

    def grant_search(self, function: PlatformFunction) -> None:
        """List a model's records."""
        function.allow(["dynamodb:Query"], [self._table])

    def grant_move(self, function: PlatformFunction) -> None:
        """Commit changes: a transaction of conditional puts, made from the head that was read."""
        function.allow(["dynamodb:GetItem", "dynamodb:PutItem"], [self._table])

    def grant_read_packages(self, function: PlatformFunction) -> None:
        """Read packages by digest."""
        function.allow(["s3:GetObject"], [f"{self._bucket}/{PACKAGES}*"])

    def grant_store_packages(self, function: PlatformFunction) -> None:
        """Store packages, and see whether one is there already."""
        function.allow(["s3:PutObject"], [f"{self._bucket}/{PACKAGES}*"])
        condition = {"StringLike": {"s3:prefix": [f"{PACKAGES}*"]}}
        function.allow(["s3:ListBucket"], [self._bucket], condition)
