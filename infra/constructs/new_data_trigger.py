"""New data start a training run: landing prefix -> EventBridge -> queue -> StartTraining.

The queue gathers a burst of uploads into one start and keeps what comes while a run is active: StartTraining answers
then that none of its messages is done, they return, and nothing is lost.
"""

from aws_cdk import Duration
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_lambda_event_sources as sources
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from infra.constructs.acknowledgement import acknowledge
from infra.constructs.data_lake import DataLake
from infra.constructs.platform_function import PlatformFunction
from roost.object_keys import landing_prefix
from roost.spec import Model

GATHER = Duration.seconds(20)
RETRY_AFTER = Duration.minutes(3)
DAYS = 14
ATTEMPTS = 1000  # a run may be active for many hours before the queued one gets its turn


class NewDataTrigger(Construct):
    """Starts one model's training pipeline when data of its sources land."""

    def __init__(
        self, scope: Construct, name: str, model: Model, lake: DataLake, start: PlatformFunction, machine: str
    ) -> None:
        super().__init__(scope, name)
        queue = self._queue()
        rule = events.Rule(
            self,
            "Landed",
            event_pattern=events.EventPattern(
                source=["aws.s3"],
                detail_type=["Object Created"],
                detail={
                    "bucket": {"name": [lake.bucket_name]},
                    "object": {"key": [{"prefix": landing_prefix(source.name)} for source in model.sources]},
                },
            ),
        )
        rule.add_target(targets.SqsQueue(queue))
        start.function.add_event_source(
            sources.SqsEventSource(queue, batch_size=1000, max_batching_window=GATHER, report_batch_item_failures=True)
        )
        start.allow(["states:ListExecutions", "states:StartExecution"], [machine])

    def _queue(self) -> sqs.Queue:
        undelivered = sqs.Queue(self, "Undelivered", enforce_ssl=True, retention_period=Duration.days(DAYS))
        acknowledge(undelivered, "SQS3", "This is the dead-letter queue.")
        return sqs.Queue(
            self,
            "Queue",
            enforce_ssl=True,
            visibility_timeout=RETRY_AFTER,
            retention_period=Duration.days(DAYS),
            dead_letter_queue=sqs.DeadLetterQueue(queue=undelivered, max_receive_count=ATTEMPTS),
        )
