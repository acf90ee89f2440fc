"""What the workflows need from the outside world; ``adapters`` implement it, ``adapters.in_memory`` for tests."""

from roost.ports.connectors import Connector, Connectors, Row, Secrets, Wanted
from roost.ports.engines import (
    CompactedRows,
    FileFacts,
    FittedModel,
    LocalCopy,
    OnnxModel,
    RowSpan,
    TableEngine,
    Trainer,
    ValidationCounts,
)
from roost.ports.platform import (
    Clock,
    Endpoint,
    EvidenceSource,
    Json,
    PipelinePorts,
    PipelineStarter,
    PredictionLog,
    StartedRun,
    StreamLags,
)
from roost.ports.stores import ObjectStore, OnlineItem, OnlineStore, RegistryStore, StoredObject

__all__ = [
    "Clock",
    "CompactedRows",
    "Connector",
    "Connectors",
    "Endpoint",
    "EvidenceSource",
    "FileFacts",
    "FittedModel",
    "Json",
    "LocalCopy",
    "ObjectStore",
    "OnlineItem",
    "OnlineStore",
    "OnnxModel",
    "PipelinePorts",
    "PipelineStarter",
    "PredictionLog",
    "RegistryStore",
    "Row",
    "RowSpan",
    "Secrets",
    "StartedRun",
    "StoredObject",
    "StreamLags",
    "TableEngine",
    "Trainer",
    "ValidationCounts",
    "Wanted",
]
