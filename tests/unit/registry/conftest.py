"""A registry in memory that lives through days: versions, decisions and releases, each at a time of its own."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from roost.adapters.in_memory import InMemoryObjectStore, InMemoryRegistryStore
from roost.domain.registry import (
    Actor,
    Release,
    Version,
    registration,
)
from roost.domain.release_moves import release_completion, release_progress, release_rollback, release_start
from roost.names import ReleaseStatus, Status
from roost.workflows.registry_moves import move
from roost.workflows.version_decisions import decide

MODEL = "fraud"
START = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass
class Life:
    """The registry of one model; ``day`` counts from the first of January."""

    registry: InMemoryRegistryStore = field(default_factory=InMemoryRegistryStore)
    packages: InMemoryObjectStore = field(default_factory=InMemoryObjectStore)
    lake: InMemoryObjectStore = field(default_factory=InMemoryObjectStore)
    day: int = 0

    @property
    def now(self) -> datetime:
        return START + timedelta(days=self.day)

    def actor(self, name: str = "ann") -> Actor:
        return Actor(name, self.now)

    def register(self, package: str = "", **fields: Any) -> Version:
        number = self.registry.head(MODEL).latest_version + 1
        draft = Version(
            MODEL, 0, Status.CANDIDATE, package or f"package-{number}", self.now.isoformat(), f"run-{number}",
            {"roc_auc": 0.8 + number / 100}, {"datasets": {"transactions": f"dataset-{number}"}},
        )  # fmt: skip
        move(self.registry, MODEL, lambda head: registration(head, replace(draft, **fields), self.actor()))
        version = self.registry.version(MODEL, number)
        self.packages.put(f"packages/{version.package}/model.onnx", b"onnx")
        self.packages.put(f"packages/{version.package}/manifest.json", b"{}")
        return version

    def decide(self, number: int, to: Status, name: str = "ann", reason: str = "looked at") -> Version:
        return decide(self.registry, MODEL, number, to, self.actor(name), reason)

    def begin(self, number: int, name: str = "bob") -> Release:
        head = self.registry.head(MODEL)
        identifier = f"release-{len(self.registry.releases(MODEL)) + 1}"
        release = Release(
            MODEL, identifier, number, ReleaseStatus.RUNNING, "canary", (5, 100), self.now.isoformat(), name,
            previous_version=head.champion,
        )  # fmt: skip
        version = self.registry.version(MODEL, number)
        move(self.registry, MODEL, lambda head: release_start(head, version, release, self.actor(name)))
        published = replace(release, function_version=str(number + 1))
        move(self.registry, MODEL, lambda head: release_progress(head, published, self.actor(), {"function": "2"}))
        return published

    def finish(self, release: Release) -> None:
        version, champion = self.registry.version(MODEL, release.version), self.registry.head(MODEL).champion
        replaced = self.registry.version(MODEL, champion) if champion else None
        move(self.registry, MODEL, lambda head: release_completion(head, release, version, replaced, self.actor()))

    def roll_back(self, release: Release) -> None:
        version = self.registry.version(MODEL, release.version)
        move(self.registry, MODEL, lambda head: release_rollback(head, release, version, self.actor(), "too slow"))

    def serve(self, number: int) -> None:
        """Release an approved version to its end."""
        self.finish(self.begin(number))


@pytest.fixture
def life() -> Life:
    return Life()
