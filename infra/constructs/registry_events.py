"""Changes of the registry, told to others: the table's stream -> PublishChanges -> EventBridge and the archive."""

import json

from aws_cdk import Duration, Stack
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from infra.constructs.audit_archive import AuditArchive
from infra.constructs.metric_alarm import ring_from
from infra.constructs.model_registry import ModelRegistry
from infra.constructs.platform_function import PlatformFunction

BATCH = 100
LATE = Duration.minutes(15)
AUDIT_ENTRIES = {"dynamodb": {"Keys": {"sk": {"S": [{"prefix": "AUDIT#"}]}}}}
MEANING = (
    "Changes of the registry wait for 15 minutes to be published: no events, and no copy of the audit log. The stream "
    'keeps them for a day, the table for good: docs/runbook.md, "Changes of the registry are not published"'
)


class RegistryEvents(Construct):
    """Gives audit entries to one function, in the order of the stream; what fails is delivered again."""

    def __init__(
        self, scope: Construct, name: str, registry: ModelRegistry, archive: AuditArchive, publish: PlatformFunction
    ) -> None:
        super().__init__(scope, name)
        publish.function.add_event_source_mapping(
            "Changes",
            event_source_arn=registry.stream_arn,
            starting_position=lambda_.StartingPosition.TRIM_HORIZON,
            batch_size=BATCH,
            bisect_batch_on_error=True,
            filters=[{"pattern": json.dumps(AUDIT_ENTRIES)}],
        )
        registry.grant_follow(publish)
        archive.grant_append(publish)
        bus = Stack.of(self).format_arn(service="events", resource="event-bus", resource_name="default")
        publish.allow(["events:PutEvents"], [bus])
        age = publish.function.metric("IteratorAge", statistic="Maximum", period=Duration.minutes(5))
        ring_from(self, "Late", age, LATE.to_milliseconds(), 1, MEANING)
