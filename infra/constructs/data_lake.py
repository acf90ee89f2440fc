"""The lake: raw files as they land, data sets, quarantine, and what the runs leave behind."""

from aws_cdk import Aws
from aws_cdk import aws_s3 as s3
from constructs import Construct

from infra.config import StageConfig
from infra.constructs.platform_function import PlatformFunction
from infra.constructs.private_bucket import bucket_name, private_bucket

LANDING, EVENTS, DATASETS, QUARANTINE, RUNS = "landing/", "events/", "datasets/", "quarantine/", "runs/"


class DataLake(Construct):
    """One bucket; every grant is by prefix."""

    def __init__(self, scope: Construct, name: str, config: StageConfig, logs: s3.Bucket) -> None:
        super().__init__(scope, name)
        private_bucket(self, config, "lake", logs, event_bridge=True)
        self.bucket_name = bucket_name(self, config, "lake")
        self._arn = f"arn:{Aws.PARTITION}:s3:::{self.bucket_name}"

    def grant_take_landed(self, function: PlatformFunction) -> None:
        """List and read what has landed or arrived on streams, and write data sets."""
        self._list(function, LANDING, EVENTS)
        self._objects(function, "s3:GetObject", LANDING, EVENTS)
        self._objects(function, "s3:PutObject", DATASETS)

    def grant_validate(self, function: PlatformFunction) -> None:
        """Read landed files, stream logs and data sets; write data sets and the quarantine."""
        self._list(function, DATASETS)
        self._objects(function, "s3:GetObject", LANDING, EVENTS, DATASETS)
        self._objects(function, "s3:PutObject", DATASETS, QUARANTINE)

    def grant_read_datasets(self, function: PlatformFunction) -> None:
        """Read data sets."""
        self._objects(function, "s3:GetObject", DATASETS)

    def grant_write_runs(self, function: PlatformFunction) -> None:
        """Write what a run leaves behind."""
        self._objects(function, "s3:PutObject", RUNS)

    def grant_read_runs(self, function: PlatformFunction) -> None:
        """Read what a run left behind."""
        self._objects(function, "s3:GetObject", RUNS)

    def grant_read_history(self, function: PlatformFunction) -> None:
        """List and read data sets and the logs of streams."""
        self._list(function, DATASETS, EVENTS)
        self._objects(function, "s3:GetObject", DATASETS, EVENTS)

    def grant_log_events(self, function: PlatformFunction) -> None:
        """Append to the logs of streams."""
        self._objects(function, "s3:PutObject", EVENTS)

    def _list(self, function: PlatformFunction, *prefixes: str) -> None:
        listed = [f"{prefix}*" for prefix in prefixes]
        function.allow(["s3:ListBucket"], [self._arn], {"StringLike": {"s3:prefix": listed}})

    def _objects(self, function: PlatformFunction, action: str, *prefixes: str) -> None:
        function.allow([action], [f"{self._arn}/{prefix}*" for prefix in prefixes])
