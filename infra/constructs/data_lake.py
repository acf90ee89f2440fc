"""The lake: raw files as they land, data sets, quarantine, and what the runs leave behind."""

from collections.abc import Sequence

from aws_cdk import Aws, Duration
from aws_cdk import aws_s3 as s3
from constructs import Construct

from infra.config import StageConfig
from infra.constructs.platform_function import PlatformFunction
from infra.constructs.private_bucket import bucket_name, private_bucket
from roost import object_keys

LANDING, LOADS, EVENTS, HISTORY, DATASETS = "landing/", "loads/", "events/", "history/", "datasets/"
QUARANTINE, RUNS, AUDITS, ACCEPTED, CACHE = "quarantine/", "runs/", "audits/", "accepted/", "cache/"
PREDICTIONS, ARCHIVED = "predictions/", "predictions_parquet/"
PREDICTIONS_KEPT = Duration.days(400)  # as long as outcomes, and as counts
EXPERIMENTS = "experiments/"
SHADOWS = "shadows/"
CACHE_KEPT = Duration.days(30)
COMPACTED_KEPT = Duration.days(3)  # a run that took them into a data set can be redriven over a weekend
COMPACTED_BACK = Duration.days(7)  # after which nobody can restore them


class DataLake(Construct):
    """One bucket; every grant is by prefix."""

    def __init__(self, scope: Construct, name: str, config: StageConfig, logs: s3.Bucket) -> None:
        super().__init__(scope, name)
        private_bucket(self, config, "lake", logs, event_bridge=True, rules=[*_compacted_files_go(), *_old_files_go()])
        self.bucket_name = bucket_name(self, config, "lake")
        self._arn = f"arn:{Aws.PARTITION}:s3:::{self.bucket_name}"

    def grant_take_landed(self, function: PlatformFunction) -> None:
        """List and read what has landed, was loaded or arrived on streams, and write data sets."""
        self._list(function, LANDING, LOADS, EVENTS, HISTORY)
        self._objects(function, "s3:GetObject", LANDING, LOADS, EVENTS, HISTORY)
        self._objects(function, "s3:PutObject", DATASETS)

    def grant_load(self, function: PlatformFunction, sources: Sequence[str]) -> None:
        """List and read the loads of some sources, and add to them."""
        prefixes = [object_keys.loads_prefix(source) for source in sources]
        self._list(function, *prefixes)
        self._objects(function, "s3:GetObject", *prefixes)
        self._objects(function, "s3:PutObject", *prefixes)

    def grant_validate(self, function: PlatformFunction) -> None:
        """Read landed and loaded files, stream logs, data sets and profiles; write data sets, quarantine, profiles."""
        self._list(function, DATASETS, ACCEPTED)
        self._objects(function, "s3:GetObject", LANDING, LOADS, EVENTS, HISTORY, DATASETS, ACCEPTED)
        self._objects(function, "s3:PutObject", DATASETS, QUARANTINE, ACCEPTED)

    def grant_read_datasets(self, function: PlatformFunction) -> None:
        """Read data sets."""
        self._objects(function, "s3:GetObject", DATASETS)

    def grant_write_runs(self, function: PlatformFunction) -> None:
        """Write what a run leaves behind."""
        self._objects(function, "s3:PutObject", RUNS)

    def grant_read_runs(self, function: PlatformFunction) -> None:
        """Read what a run left behind."""
        self._objects(function, "s3:GetObject", RUNS)

    def grant_reuse_steps(self, function: PlatformFunction) -> None:
        """Remember what a step answered, and copy what it wrote to another run."""
        self._list(function, RUNS, CACHE)
        self._objects(function, "s3:GetObject", RUNS, CACHE)
        self._objects(function, "s3:PutObject", RUNS, CACHE)

    def grant_read_history(self, function: PlatformFunction) -> None:
        """List and read data sets and the logs of streams."""
        self._list(function, DATASETS, EVENTS, HISTORY)
        self._objects(function, "s3:GetObject", DATASETS, EVENTS, HISTORY)

    def grant_report_audits(self, function: PlatformFunction) -> None:
        """Write reports of audits."""
        self._objects(function, "s3:PutObject", AUDITS)

    def grant_log_predictions(self, function: PlatformFunction) -> None:
        """Add to the prediction log."""
        self._objects(function, "s3:PutObject", PREDICTIONS)

    def grant_read_predictions(self, function: PlatformFunction) -> None:
        """List and read the prediction log."""
        self._list(function, PREDICTIONS)
        self._objects(function, "s3:GetObject", PREDICTIONS)

    def grant_archive_predictions(self, function: PlatformFunction) -> None:
        """Write hours of the prediction log, and see from what they were made."""
        self._list(function, ARCHIVED)
        self._objects(function, "s3:GetObject", ARCHIVED)
        self._objects(function, "s3:PutObject", ARCHIVED)

    def grant_count_exposures(self, function: PlatformFunction) -> None:
        """Keep what was counted of experiments, and report it."""
        self._list(function, EXPERIMENTS)
        self._objects(function, "s3:GetObject", EXPERIMENTS)
        self._objects(function, "s3:PutObject", EXPERIMENTS)

    def grant_score_shadows(self, function: PlatformFunction) -> None:
        """List and read shadows, and write their scores."""
        self._list(function, SHADOWS)
        self._objects(function, "s3:GetObject", SHADOWS)
        self._objects(function, "s3:PutObject", SHADOWS)

    def grant_log_events(self, function: PlatformFunction) -> None:
        """Append to the logs of streams."""
        self._objects(function, "s3:PutObject", EVENTS)

    def grant_compact_events(self, function: PlatformFunction) -> None:
        """Read the logs of streams, write what they are compacted into, and tag what may then go."""
        self._list(function, EVENTS, HISTORY)
        self._objects(function, "s3:GetObject", EVENTS, HISTORY)
        self._objects(function, "s3:PutObject", HISTORY)
        self._objects(function, "s3:PutObjectTagging", EVENTS)

    def _list(self, function: PlatformFunction, *prefixes: str) -> None:
        listed = [f"{prefix}*" for prefix in prefixes]
        function.allow(["s3:ListBucket"], [self._arn], {"StringLike": {"s3:prefix": listed}})

    def _objects(self, function: PlatformFunction, action: str, *prefixes: str) -> None:
        function.allow([action], [f"{self._arn}/{prefix}*" for prefix in prefixes])


def _old_files_go() -> list[s3.LifecycleRule]:
    """Forget what steps answered long ago (what they wrote stays with its run), and old predictions."""
    return [
        s3.LifecycleRule(prefix=CACHE, expiration=CACHE_KEPT),
        s3.LifecycleRule(prefix=PREDICTIONS, expiration=PREDICTIONS_KEPT),
        s3.LifecycleRule(prefix=ARCHIVED, expiration=PREDICTIONS_KEPT),
    ]


def _compacted_files_go() -> list[s3.LifecycleRule]:
    """Remove what the compaction of stream logs has tagged, and the markers that this leaves in a versioned bucket.

    S3 counts the days from an object's creation, whenever it is tagged (Amazon S3 User Guide, "Lifecycle configuration
    elements"). A listing has to pass every marker, so they go too.
    """
    tagged = s3.LifecycleRule(
        tag_filters=dict(object_keys.COMPACTED_TAG),
        expiration=COMPACTED_KEPT,
        noncurrent_version_expiration=COMPACTED_BACK,
    )
    return [tagged, s3.LifecycleRule(prefix=EVENTS, expired_object_delete_marker=True)]
