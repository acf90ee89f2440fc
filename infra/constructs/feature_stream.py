"""A source's stream and its consumer: events reach the next score, and the offline log.

A Kinesis stream is billed by the hour, so it exists only on stages that ask for it (``-c streams=true``).
"""

from aws_cdk import Duration
from aws_cdk import aws_kinesis as kinesis
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from infra.config import StageConfig
from infra.constructs.acknowledgement import acknowledge
from infra.constructs.platform_function import PlatformFunction
from roost import names
from roost.spec import Source

BATCH = 500
GATHER = Duration.seconds(1)
KEPT = Duration.days(14)


class RejectedRecords(Construct):
    """Records that no retry can save, each with its reason."""

    def __init__(self, scope: Construct, name: str) -> None:
        super().__init__(scope, name)
        self.queue = sqs.Queue(self, "Queue", enforce_ssl=True, retention_period=KEPT)
        acknowledge(self.queue, "SQS3", "This is a dead-letter queue.")

    def grant_put_aside(self, function: PlatformFunction) -> None:
        """Send messages."""
        function.allow(["sqs:SendMessage"], [self.queue.queue_arn])


class FeatureStream(Construct):
    """One Kinesis stream with one consumer."""

    def __init__(
        self, scope: Construct, name: str, config: StageConfig, source: Source, consumer: PlatformFunction
    ) -> None:
        super().__init__(scope, name)
        self.stream = kinesis.Stream(
            self,
            "Stream",
            stream_name=names.feature_stream(config.stage, source.name),
            shard_count=1,
            encryption=kinesis.StreamEncryption.MANAGED,
            retention_period=Duration.hours(24),
            removal_policy=config.removal,
        )
        consumer.function.add_event_source_mapping(
            "Records",
            event_source_arn=self.stream.stream_arn,
            starting_position=lambda_.StartingPosition.TRIM_HORIZON,
            batch_size=BATCH,
            max_batching_window=GATHER,
            bisect_batch_on_error=True,
        )
        self._grant_read(consumer)

    def _grant_read(self, function: PlatformFunction) -> None:
        """Read the stream, as an event source mapping does with its function's role."""
        actions = ["DescribeStream", "DescribeStreamSummary", "GetRecords", "GetShardIterator", "ListShards"]
        function.allow([f"kinesis:{action}" for action in actions], [self.stream.stream_arn])
