"""The scoring functions' logs -> ObservePredictions -> the prediction log and counts.

CloudWatch Logs invokes the function asynchronously. What fails is tried twice again by Lambda ("How Lambda handles
errors and retries with asynchronous invocation", AWS Lambda Developer Guide) and then waits in a queue with the reason.
Where CloudWatch itself is refused, it skips lines ("Real-time processing of log data with subscriptions", Amazon
CloudWatch Logs User Guide); the log groups still hold them, and ``roost predictions redeliver`` brings them.
"""

from collections.abc import Mapping

from aws_cdk import CfnOutput, Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from aws_cdk import aws_logs_destinations as destinations
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from infra.constructs.acknowledgement import acknowledge
from infra.constructs.model_endpoint import ModelEndpoint
from infra.constructs.pipeline_functions import FunctionFactory, Kind
from infra.constructs.platform_function import FunctionSize
from infra.storage_stack import StorageStack
from roost.monitoring_names import ANSWERED, SUBSCRIPTION, MonitoringOutput
from roost.names import SCORING_LAYER
from roost.settings import ObserverSettings

OBSERVER = Kind((SCORING_LAYER,), FunctionSize(memory=512, seconds=120))
KEPT = Duration.days(14)
RETRIES = 2
UNOBSERVED = (
    "Predictions were not written to the prediction log nor counted, and wait in a queue for 14 days with the reason. "
    'Mend it, then run roost predictions redeliver: docs/runbook.md, "Predictions were not observed"'
)
SKIPPED = (
    "CloudWatch Logs could not hand lines of {model}'s predictions to ObservePredictions and may have skipped some; "
    'the log group still holds them: docs/runbook.md, "Predictions were not observed"'
)


class PredictionObserver(Construct):
    """One function for all models; what it gives up is kept, and an alarm rings."""

    def __init__(
        self,
        scope: Construct,
        name: str,
        storage: StorageStack,
        factory: FunctionFactory,
        endpoints: Mapping[str, ModelEndpoint],
    ) -> None:
        super().__init__(scope, name)
        settings = ObserverSettings(
            lake_bucket=storage.lake.bucket_name,
            packages_bucket=storage.registry.bucket_name,
            registry_table=storage.registry.table_name,
            observations_table=storage.predictions.observations_name,
        )
        self.observe = factory.make("monitoring", "observe_predictions", OBSERVER, settings=settings)
        storage.lake.grant_log_predictions(self.observe)
        storage.predictions.grant_count(self.observe)
        storage.registry.grant_see_released(self.observe)
        self._keep_what_fails()
        for model, endpoint in endpoints.items():
            self._subscribe(model, endpoint.scoring.log_group)

    def _subscribe(self, model: str, group: logs.LogGroup) -> None:
        logs.SubscriptionFilter(
            self,
            f"Lines-{model}",
            log_group=group,
            filter_name=SUBSCRIPTION,
            filter_pattern=logs.FilterPattern.literal(ANSWERED),
            destination=destinations.LambdaDestination(self.observe.function),
        )
        errors = cloudwatch.Metric(
            namespace="AWS/Logs",
            metric_name="DeliveryErrors",
            dimensions_map={
                "LogGroupName": group.log_group_name, "DestinationType": "Lambda", "FilterName": SUBSCRIPTION,
            },
            statistic="Sum",
            period=Duration.minutes(5),
        )  # fmt: skip
        self._alarm(f"Skipped-{model}", errors, SKIPPED.format(model=model))

    def _keep_what_fails(self) -> None:
        queue = sqs.Queue(self, "Unobserved", enforce_ssl=True, retention_period=KEPT)
        acknowledge(queue, "SQS3", "This is the dead-letter queue.")
        self.observe.allow(["sqs:SendMessage"], [queue.queue_arn])
        lambda_.CfnEventInvokeConfig(
            self,
            "Retries",
            function_name=self.observe.function.function_name,
            qualifier="$LATEST",
            maximum_retry_attempts=RETRIES,
            destination_config=lambda_.CfnEventInvokeConfig.DestinationConfigProperty(
                on_failure=lambda_.CfnEventInvokeConfig.OnFailureProperty(destination=queue.queue_arn)
            ),
        ).node.add_dependency(self.observe.role)
        waiting = queue.metric_approximate_number_of_messages_visible(statistic="Maximum", period=Duration.minutes(5))
        self._alarm("Waiting", waiting, UNOBSERVED)
        CfnOutput(self, "Queue", value=queue.queue_url).override_logical_id(MonitoringOutput.UNOBSERVED_QUEUE)

    def _alarm(self, name: str, metric: cloudwatch.IMetric, meaning: str) -> None:
        cloudwatch.Alarm(
            self,
            name,
            metric=metric,
            threshold=1,
            evaluation_periods=1,
            comparison_operator=cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
            treat_missing_data=cloudwatch.TreatMissingData.NOT_BREACHING,
            alarm_description=meaning,
        )
