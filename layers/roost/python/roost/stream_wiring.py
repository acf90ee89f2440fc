"""What stands behind a stream consumer, made once at init."""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from roost.adapters.duckdb_tables import DuckDBTables
from roost.adapters.dynamodb_online import DynamoDBOnlineStore
from roost.adapters.dynamodb_registry import DynamoDBRegistryStore
from roost.adapters.s3_objects import S3ObjectStore
from roost.adapters.sqs_rejections import SqsRejections
from roost.adapters.standard_output import write_line
from roost.adapters.stream_events import stream_records
from roost.adapters.system_clock import SystemClock
from roost.domain.step_metrics import stream_line
from roost.ports import Clock
from roost.settings import StreamSettings, function_memory
from roost.spec.feeds import feed_of, source_views
from roost.spec.loading import model_names
from roost.workflows.kept_layouts import KeptLayouts, Released, kept
from roost.workflows.streaming import StreamConsumer


@dataclass(frozen=True)
class StreamStep:
    """One consumer: takes what Lambda delivers, puts aside what cannot be read, and says what it did in one line."""

    consumer: StreamConsumer
    layouts: KeptLayouts
    rejections: SqsRejections
    clock: Clock
    write_line: Callable[[str], Any]

    def take(self, event: dict[str, Any]) -> dict[str, Any]:
        """Take a batch of a stream."""
        records = stream_records(event)
        consumed = replace(self.consumer, layouts=self.layouts.now()).consume(records)
        source = self.consumer.feed.source
        self.rejections.send(source, consumed.rejected)
        now = self.clock.now().timestamp()
        oldest = min((record.arrived for record in records), default=now * 1e6) / 1e6
        counts = (consumed.rows, consumed.written, len(consumed.rejected), max(0.0, now - oldest) * 1000)
        self.write_line(json.dumps(stream_line(source, int(now * 1000), counts)))
        return {"rows": consumed.rows, "written": consumed.written, "rejected": len(consumed.rejected)}


def stream_step() -> StreamStep:
    """The step behind the environment's settings."""
    settings = StreamSettings.read()
    source, views = source_views(settings.source)
    released = Released(DynamoDBRegistryStore(settings.registry_table), S3ObjectStore(settings.packages_bucket))
    clock, names = SystemClock(), model_names()
    consumer = StreamConsumer(
        feed=feed_of(source),
        layouts=(),
        lake=S3ObjectStore(settings.lake_bucket),
        online=DynamoDBOnlineStore(settings.online_table),
        tables=DuckDBTables(memory_limit=f"{function_memory() // 2}MB"),
    )
    return StreamStep(
        consumer,
        KeptLayouts(lambda: kept(source, views, released.layouts(names)), clock),
        SqsRejections(settings.rejected_queue),
        clock,
        write_line,
    )
