"""Every port in memory: for tests and notebooks. They pass the same contract tests as the AWS adapters."""

import hashlib
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from roost.adapters.in_memory_bus import InMemoryEventBus
from roost.adapters.in_memory_online import InMemoryOnlineStore
from roost.adapters.in_memory_pipeline import InMemoryPipeline, InMemoryTrainingQueue
from roost.domain.audit_log import AuditEntry
from roost.domain.evidence import Evidence
from roost.domain.logged_prediction import LoggedPrediction
from roost.domain.registry import Change, ModelHead, Release, Version
from roost.domain.release import AliasState
from roost.errors import ConcurrentUpdate, ImmutableVersion, SmokeTestFailed, UnknownRelease, UnknownVersion
from roost.ports import StoredObject

__all__ = [
    "FixedClock", "InMemoryEndpoint", "InMemoryEventBus", "InMemoryEvidence", "InMemoryObjectStore",
    "InMemoryOnlineStore", "InMemoryPipeline", "InMemoryPredictionLog", "InMemoryRegistryStore", "InMemoryStreamLags",
    "InMemoryTrainingQueue",
]  # fmt: skip


@dataclass
class FixedClock:
    """A clock that stands still until it is moved."""

    time: datetime

    def now(self) -> datetime:
        """The time it was set to."""
        return self.time


@dataclass
class InMemoryObjectStore:
    """Objects in a dict."""

    objects: dict[str, bytes] = field(default_factory=dict)
    tags: dict[str, dict[str, str]] = field(default_factory=dict)

    def list(self, prefix: str) -> list[StoredObject]:
        """All objects under a prefix, sorted by key."""
        found = sorted(key for key in self.objects if key.startswith(prefix))
        return [StoredObject(key, len(self.objects[key]), self._version(key)) for key in found]

    def _version(self, key: str) -> str:
        return hashlib.sha256(self.objects[key]).hexdigest()[:32]

    def exists(self, key: str) -> bool:
        """Whether the key is stored."""
        return key in self.objects

    def get(self, key: str) -> bytes:
        """The object's bytes; ``KeyError`` if there is none."""
        return self.objects[key]

    def put(self, key: str, body: bytes, content_type: str = "application/octet-stream") -> None:  # noqa: ARG002
        """Store bytes."""
        self.objects[key] = body
        self.tags.pop(key, None)

    def create(self, key: str, body: bytes, content_type: str = "application/octet-stream") -> bool:
        """Store bytes if there are none of that key; False if there are."""
        if key in self.objects:
            return False
        self.put(key, body, content_type)
        return True

    def download(self, key: str, path: Path) -> None:
        """Write the object to a file; ``KeyError`` if there is none."""
        path.write_bytes(self.objects[key])

    def upload(self, path: Path, key: str) -> None:
        """Store a file's bytes."""
        self.put(key, path.read_bytes())

    def copy(self, source: str, target: str, version: str) -> None:
        """Copy an object that still has this version; else ``KeyError``."""
        if source not in self.objects or self._version(source) != version:
            raise KeyError(f"{source} at version {version}")
        self.put(target, self.objects[source])

    def tag(self, key: str, tags: Mapping[str, str]) -> None:
        """Tag an object; ``KeyError`` if there is none."""
        self.objects[key]
        self.tags[key] = dict(tags)


@dataclass
class InMemoryPredictionLog:
    """Predictions in a list."""

    predictions: list[LoggedPrediction] = field(default_factory=list)

    def sample(self, since: datetime, until: datetime, count: int) -> list[LoggedPrediction]:
        """The first predictions of the time."""
        first, last = (moment.timestamp() * 1e6 for moment in (since, until))
        return [prediction for prediction in self.predictions if first <= prediction.scored < last][:count]


@dataclass
class InMemoryRegistryStore:
    """The registry in dicts; one lock makes ``commit`` atomic."""

    heads: dict[str, ModelHead] = field(default_factory=dict)
    version_records: dict[str, dict[int, Version]] = field(default_factory=dict)
    release_records: dict[str, dict[str, Release]] = field(default_factory=dict)
    entries: dict[str, list[AuditEntry]] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def head(self, model: str) -> ModelHead:
        """The model's head, fresh if it has none."""
        return self.heads.get(model, ModelHead(model))

    def commit(self, change: Change) -> None:
        """Write the change if the head is unchanged, else raise ``ConcurrentUpdate``."""
        model = change.before.model
        with self.lock:
            if self.head(model).audit_length != change.before.audit_length:
                raise ConcurrentUpdate(f"{model} was changed by somebody else; read it again and retry")
            self._check_seals(change)
            self.heads[model] = change.after
            self.entries.setdefault(model, []).append(change.entry)
            versions = self.version_records.setdefault(model, {})
            versions |= {v.number: v for v in (*change.new_versions, *change.versions)}
            releases = self.release_records.setdefault(model, {})
            releases |= {r.identifier: r for r in change.releases}

    def _check_seals(self, change: Change) -> None:
        stored = self.version_records.get(change.before.model, {})
        broken = [str(v.number) for v in change.versions if v.number not in stored or stored[v.number].seal != v.seal]
        if broken:
            numbers = ", ".join(broken)
            raise ImmutableVersion(f"{change.before.model} version {numbers}: a registered version stays as it is")

    def version(self, model: str, number: int) -> Version:
        """One version, or ``UnknownVersion``."""
        versions = self.version_records.get(model, {})
        if number not in versions:
            raise UnknownVersion(f"{model} has no version {number}; it has {sorted(versions) or 'none'}")
        return versions[number]

    def versions(self, model: str) -> list[Version]:
        """All versions, oldest first."""
        return [version for _, version in sorted(self.version_records.get(model, {}).items())]

    def release(self, model: str, identifier: str) -> Release:
        """One release, or ``UnknownRelease``."""
        releases = self.release_records.get(model, {})
        if identifier not in releases:
            raise UnknownRelease(f"{model} has no release {identifier!r}")
        return releases[identifier]

    def releases(self, model: str) -> list[Release]:
        """All releases, oldest first."""
        return sorted(self.release_records.get(model, {}).values(), key=lambda r: (r.started_at, r.identifier))

    def audit(self, model: str, after: int = 0) -> list[AuditEntry]:
        """The audit log, oldest first."""
        return self.entries.get(model, [])[after:]


Handler = Callable[[Mapping[str, str], Mapping[str, Any]], dict[str, Any]]


@dataclass
class InMemoryEndpoint:
    """A scoring function whose versions are environments; ``handler(variables, event)`` answers for them."""

    handler: Handler
    published: dict[str, dict[str, str]] = field(default_factory=lambda: {"1": {}})
    state: AliasState = field(default_factory=lambda: AliasState(primary="1", revision="0"))

    def publish(self, variables: Mapping[str, str], description: str) -> str:  # noqa: ARG002
        """Freeze the variables as the next version."""
        number = str(len(self.published) + 1)
        self.published[number] = dict(variables)
        return number

    def invoke(self, function_version: str, event: Mapping[str, Any]) -> dict[str, Any]:
        """Call a version's handler."""
        if function_version not in self.published:
            raise SmokeTestFailed(f"function version {function_version} does not exist")
        return self.handler(self.published[function_version], event)

    def alias(self) -> AliasState:
        """Where traffic goes."""
        return self.state

    def shift(self, wanted: AliasState) -> AliasState:
        """Move traffic, compare-and-set on the revision."""
        if wanted.revision != self.state.revision:
            raise ConcurrentUpdate("the alias was moved by somebody else; read it again and retry")
        self.state = replace(wanted, revision=str(int(wanted.revision) + 1))
        return self.state


@dataclass
class InMemoryEvidence:
    """Evidence by function version, whatever the time."""

    by_version: dict[str, Evidence] = field(default_factory=dict)

    def between(self, model: str, function_version: str, start: datetime, end: datetime) -> Evidence:  # noqa: ARG002
        """What was put there; nothing happened otherwise."""
        return self.by_version.get(function_version, Evidence())


@dataclass
class InMemoryStreamLags:
    """Lags in seconds by source, whatever the time."""

    by_source: dict[str, float] = field(default_factory=dict)

    def newest(self, source: str, now: datetime) -> float | None:  # noqa: ARG002
        """What was put there; nothing came otherwise."""
        return self.by_source.get(source)
