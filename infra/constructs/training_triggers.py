"""What asks for training of one model: data, the clock, a changed project, drift. All through one queue and function.

The queue gathers what comes together into one start, and keeps what comes while a run is active: StartTraining answers
then that none of its messages is done, they return, and nothing is lost.
"""

from collections.abc import Mapping
from typing import Any

from aws_cdk import Duration
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda_event_sources as sources
from aws_cdk import aws_scheduler as scheduler
from aws_cdk import aws_scheduler_targets as scheduler_targets
from aws_cdk import aws_sqs as sqs
from aws_cdk import aws_ssm as ssm
from constructs import Construct, IDependable

from infra.config import StageConfig
from infra.constructs.acknowledgement import acknowledge
from infra.constructs.data_lake import DataLake
from infra.constructs.platform_function import PlatformFunction
from infra.constructs.project_digest import project_digest
from roost import names
from roost.names import MONITORING, Reason, TrainingEvent
from roost.object_keys import landing_prefix
from roost.spec import Model

GATHER = Duration.seconds(20)
RETRY_AFTER = Duration.minutes(3)  # as long as workflows.starting.LOOKS
DAYS = 14
ATTEMPTS = 1000  # a run may be active for many hours before the queued one gets its turn


class TrainingTriggers(Construct):
    """Starts one model's training pipeline when something asks for it."""

    def __init__(
        self,
        scope: Construct,
        name: str,
        config: StageConfig,
        model: Model,
        lake: DataLake,
        start: PlatformFunction,
        machine: str,
    ) -> None:
        super().__init__(scope, name)
        self._config, self._model = config, model
        self._queue = self._queues()
        self._on("Landed", "aws.s3", TrainingEvent.LANDED, _landed(model, lake))
        self._on("Drift", MONITORING, TrainingEvent.DRIFTED, {"stage": [config.stage], "model": [model.name]})
        if model.schedule:
            self._by_the_clock(model.schedule)
        start.function.add_event_source(
            sources.SqsEventSource(
                self._queue, batch_size=1000, max_batching_window=GATHER, report_batch_item_failures=True
            )
        )
        start.allow(["states:ListExecutions", "states:StartExecution"], [machine])

    def on_changed_project(self, deployed: IDependable) -> None:
        """Ask too when a deployment changes the model's project.

        The project's digest is a parameter; Parameter Store announces its changes ("Notifications based on Parameter
        Store events", AWS Systems Manager User Guide; on a best-effort basis). It is updated after ``deployed``, so
        that the run finds the new code. A first deployment changes nothing: it creates.
        """
        name = names.project_parameter(self._config.stage, self._model.name)
        parameter = ssm.StringParameter(
            self, "Project", parameter_name=name, string_value=project_digest(self._model.name)
        )
        parameter.node.add_dependency(deployed)
        self._on("Changed", "aws.ssm", TrainingEvent.CHANGED, {"name": [name], "operation": ["Update"]})

    def _on(self, name: str, source: str, kind: TrainingEvent, detail: Mapping[str, Any]) -> None:
        pattern = events.EventPattern(source=[source], detail_type=[kind.value], detail=dict(detail))
        events.Rule(self, name, event_pattern=pattern).add_target(targets.SqsQueue(self._queue))

    def _by_the_clock(self, schedule: str) -> None:
        """EventBridge Scheduler; disabled on throwaway stages: a laptop that trains by itself surprises."""
        asked = {"reason": Reason.SCHEDULE.value, "requested_by": "schedule", "detail": schedule}
        event = {"detail-type": TrainingEvent.ASKED.value, "detail": asked}
        role = iam.Role(self, "ClockRole", assumed_by=iam.ServicePrincipal("scheduler.amazonaws.com"))
        message = scheduler.ScheduleTargetInput.from_object(event)
        scheduler.Schedule(
            self,
            "Schedule",
            schedule=scheduler.ScheduleExpression.expression(schedule),
            enabled=not self._config.throwaway,
            target=scheduler_targets.SqsSendMessage(self._queue, input=message, role=role),
            description=f"Train {self._model.name}",
        )

    def _queues(self) -> sqs.Queue:
        undelivered = sqs.Queue(self, "Undelivered", enforce_ssl=True, retention_period=Duration.days(DAYS))
        acknowledge(undelivered, "SQS3", "This is the dead-letter queue.")
        return sqs.Queue(
            self,
            "Queue",
            queue_name=names.training_queue(self._config.stage, self._model.name),
            enforce_ssl=True,
            visibility_timeout=RETRY_AFTER,
            retention_period=Duration.days(DAYS),
            dead_letter_queue=sqs.DeadLetterQueue(queue=undelivered, max_receive_count=ATTEMPTS),
        )


def _landed(model: Model, lake: DataLake) -> dict[str, Any]:
    keys = [{"prefix": landing_prefix(source.name)} for source in model.sources]
    return {"bucket": {"name": [lake.bucket_name]}, "object": {"key": keys}}
