"""The platform around the steps: endpoints, pipelines, evidence, time."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from roost.domain.evidence import Evidence
from roost.domain.logged_prediction import LoggedPrediction
from roost.domain.release import AliasState
from roost.ports.stores import ObjectStore, OnlineStore, RegistryStore


class Clock(Protocol):
    """Tells the time."""

    def now(self) -> datetime:
        """The current time, timezone aware, in UTC."""
        ...


class Json(Protocol):
    """Turns documents into JSON and back."""

    def text(self, document: Any) -> str:
        """A document as JSON on one line."""
        ...

    def document(self, text: str | bytes) -> Any:
        """The document in a text. Raises ``ValueError`` if it is no JSON, ``RecursionError`` if nested too deep."""
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


@dataclass(frozen=True)
class StartedRun:
    """A run of a state machine: when it started (UTC), and whether it has not ended."""

    started: datetime
    active: bool


class PipelineStarter(Protocol):
    """Starts one state machine."""

    def latest(self) -> StartedRun | None:
        """The active run if there is one, else the run that started last; None before the first."""
        ...

    def start(self, name: str, request: Mapping[str, Any]) -> bool:
        """Start a run of that name; False if there has been one of that name, and nothing was started."""
        ...


class TrainingQueue(Protocol):
    """The queue of what asks for training of one model."""

    def send(self, event: Mapping[str, Any]) -> None:
        """Queue an event that ``domain.triggers`` understands."""
        ...

    def hold(self, receipts: Sequence[str], seconds: int) -> None:
        """Give received messages back in so many seconds; one that cannot be held returns when it would have."""
        ...


class EvidenceSource(Protocol):
    """What the versions of a scoring function did under real traffic."""

    def between(self, model: str, function_version: str, start: datetime, end: datetime) -> Evidence:
        """Sums over one function version between two times (UTC), the later ones including the earlier."""
        ...


class PredictionLog(Protocol):
    """What a model's scoring function logged."""

    def sample(self, since: datetime, until: datetime, count: int) -> Sequence[LoggedPrediction]:
        """About ``count`` answered predictions of a stretch of time (UTC), spread over it; all if there are fewer."""
        ...


class EventBus(Protocol):
    """Tells whoever wants to know."""

    def send(self, detail_type: str, detail: Mapping[str, Any]) -> None:
        """Send one event. Raises ``DependencyUnavailable`` if it was not taken."""
        ...


class StreamLags(Protocol):
    """How far the consumers of streams are behind."""

    def newest(self, source: str, now: datetime) -> float | None:
        """Seconds that records of a source's stream waited of late; None if none came in the hour before ``now``."""
        ...


@dataclass(frozen=True)
class ChangePorts:
    """The ports of what publishes the registry's changes; ``audit`` is the bucket of the log's copy."""

    stage: str
    registry: RegistryStore
    audit: ObjectStore
    bus: EventBus


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
