"""What stands behind PublishChanges: the registry table's stream, and the ports that its entries go to."""

import functools
from typing import Any

from roost.adapters.dynamodb_registry import DynamoDBRegistryStore
from roost.adapters.eventbridge_bus import EventBridgeBus
from roost.adapters.registry_stream import audit_records
from roost.adapters.s3_objects import S3ObjectStore
from roost.ports import ChangePorts
from roost.settings import ChangeSettings
from roost.workflows.change_publishing import publish_changes


@functools.cache
def changes() -> ChangePorts:
    """The ports behind the environment's settings."""
    settings = ChangeSettings.read()
    return ChangePorts(
        stage=settings.stage,
        registry=DynamoDBRegistryStore(settings.registry_table),
        audit=S3ObjectStore(settings.audit_bucket),
        bus=EventBridgeBus(),
    )


def publish_batch(event: dict[str, Any]) -> dict[str, Any]:
    """Publish what a batch of the stream tells of."""
    records = audit_records(event)
    return publish_changes(records.written, records.altered, changes())
