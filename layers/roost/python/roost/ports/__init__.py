"""What the workflows need from the outside world; ``adapters`` implement it, ``adapters.in_memory`` for tests."""

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
    TrainingQueue,
)
from roost.ports.stores import ObjectStore, OnlineItem, OnlineStore, RegistryStore, StoredObject

__all__ = [
    "Clock",
    "CompactedRows",
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
    "RowSpan",
    "StartedRun",
    "StoredObject",
    "StreamLags",
    "TableEngine",
    "Trainer",
    "TrainingQueue",
    "ValidationCounts",
]
