"""Predictions of a small model, as its scoring function logs them."""

import json
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from roost.adapters.in_memory import InMemoryObjectStore, InMemoryObservations, InMemoryRegistryStore
from roost.adapters.s3_predictions import S3Predictions
from roost.domain.observed_prediction import LogBatch, read_batch
from roost.domain.package import canonical_bytes, digest_of
from roost.domain.prediction_counts import Segments, added, unpacked
from roost.domain.prediction_record import RequestMeter, log_line
from roost.domain.registry import Actor, Version, registration
from roost.names import Status
from roost.object_keys import PACKAGE_MANIFEST, package_key
from roost.ports import ObservationStore
from roost.workflows.observing import PredictionObserver, References
from roost.workflows.registry_moves import move

MODEL = "toy"
START = 1_767_225_600_000  # 2026-01-01T00:00Z, in milliseconds
HOUR = 3_600_000


def twice(amount: Any) -> Any:
    return amount * 2.0


def column(name: str, kind: str, allowed: Sequence[str] = ()) -> dict[str, Any]:
    return {"name": name, "type": kind, "allowed": list(allowed)}


MANIFEST: dict[str, Any] = {
    "features": ["amount", "twice"],
    "on_demand": [{"name": "twice", "function": f"{__name__}:twice", "inputs": ["amount"]}],
    "defaults": {"amount": 0.0},
    "request": [column("at", "timestamp"), column("amount", "float"), column("plan", "string", ("no", "yes"))],
    "reference_bins": {
        "features": {
            "amount": {"edges": [0.0, 10.0, 20.0], "counts": [0, 5, 5, 0, 0]},
            "twice": {"edges": [0.0, 20.0, 40.0], "counts": [0, 5, 5, 0, 0]},
        },
        "score": {"edges": [0.0, 0.5, 1.0], "counts": [0, 5, 5, 0, 0]},
        "segments": [
            {"name": "plan", "column": "plan", "edges": [], "categories": ["no", "yes"]},
            {"name": "size", "column": "amount", "edges": [10.0], "categories": []},
        ],
    },
}


def identifier(at: int, number: int) -> str:
    """A UUID of version 7 made at a moment (milliseconds since 1970)."""
    return str(uuid.UUID(int=at << 80 | 7 << 76 | 0b10 << 62 | number))


def message(number: int, at: int = START, amount: float | None = 5.0, version: int = 1, plan: str = "no") -> str:
    """The line that scoring logs of a prediction."""
    record = {
        "prediction_id": identifier(at, number), "model": MODEL, "model_version": version, "score": 0.25,
        "decision": "approve", "rank": 0.5, "defaulted": [] if amount is not None else ["amount"],
        "request": {"amount": amount, "plan": plan}, "inputs": {"amount": amount, "at": at / 1000},
    }  # fmt: skip
    return json.dumps(log_line(MODEL, "3", at + 2, RequestMeter().measure(200, 1.5, record), record))


def batch(*messages: str, stream: str = "group:one") -> LogBatch:
    return read_batch(stream, messages)


@dataclass
class Watch:
    """An observer over stores in memory, or over given ones."""

    observations: ObservationStore = field(default_factory=InMemoryObservations)
    lake: InMemoryObjectStore = field(default_factory=InMemoryObjectStore)
    versions: int = 2
    portion: int = 5_000
    pause: Callable[[float], None] = lambda _: None

    def __post_init__(self) -> None:
        registry, packages = InMemoryRegistryStore(), InMemoryObjectStore()
        digest = digest_of(MANIFEST)
        packages.put(package_key(digest, PACKAGE_MANIFEST), canonical_bytes(MANIFEST))
        for number in range(self.versions):
            _register(registry, digest, f"run-{number}")
        references = References(registry, packages)
        self.observer = PredictionObserver(self.lake, self.observations, references, self.pause, self.portion)
        self.log = S3Predictions(self.lake, MODEL, "at")

    def counts(self, since: str = "2025", until: str = "2027") -> dict[tuple[str, int], Segments]:
        """Counts by hour and version, shards added."""
        found: dict[tuple[str, int], Segments] = {}
        for hour, version, body in self.observations.counts(MODEL, since, until):
            counts = unpacked(body)
            found[hour, version] = added(found[hour, version], counts) if (hour, version) in found else counts
        return found


def _draft(digest: str, run: str) -> Version:
    return Version(MODEL, 0, Status.CANDIDATE, digest, "2026-01-01", run, {}, {})


def _register(registry: InMemoryRegistryStore, digest: str, run: str) -> None:
    move(registry, MODEL, lambda head: registration(head, _draft(digest, run), Actor("ann", datetime.now(UTC))))
