"""The platform around the steps: endpoints, pipelines, evidence, time."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from roost.domain.release import AliasState, Evidence
from roost.ports.stores import ObjectStore, OnlineStore, RegistryStore


class Clock(Protocol):
    """Tells the time."""

    def now(self) -> datetime:
        """The current time, timezone aware, in UTC."""
        ...


class Endpoint(Protocol):
    """The scoring function of one model and its alias ``live``."""

    def publish(self, variables: Mapping[str, str], description: str) -> str:
        """Freeze the present code with these environment variables as a new version; returns its number."""
        ...

    def invoke(self, function_version: str, event: Mapping[str, Any]) -> dict[str, Any]:
        """Call one published version directly. Raises ``SmokeTestFailed`` with the function's error."""
        ...

    def alias(self) -> AliasState:
        """Where traffic goes now."""
        ...

    def shift(self, wanted: AliasState) -> AliasState:
        """Move traffic, if the alias still has ``wanted.revision``; else raise ``ConcurrentUpdate``."""
        ...


class PipelineStarter(Protocol):
    """Starts one state machine."""

    def active(self) -> str:
        """Name of a run that has not ended; empty if there is none."""
        ...

    def start(self, name: str, request: Mapping[str, Any]) -> str:
        """Start a run; returns its name."""
        ...


class EvidenceSource(Protocol):
    """What the versions of a scoring function did under real traffic."""

    def between(self, model: str, function_version: str, start: datetime, end: datetime) -> Evidence:
        """Counts and statistics of one function version between two times (UTC)."""
        ...


@dataclass(frozen=True)
class PipelinePorts:
    """The ports of the pipelines' steps; ``endpoint`` gives a model's scoring function."""

    lake: ObjectStore
    packages: ObjectStore
    online: OnlineStore
    registry: RegistryStore
    evidence: EvidenceSource
    endpoint: Callable[[str], Endpoint]
    clock: Clock
