"""A training pipeline and its queue in memory."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from roost.ports import StartedRun


@dataclass
class InMemoryPipeline:
    """Requests of runs by name; ``shown`` is the run that a list of them shows, which may lag behind."""

    runs: dict[str, dict[str, Any]] = field(default_factory=dict)
    shown: StartedRun | None = None

    def latest(self) -> StartedRun | None:
        """The run that is shown."""
        return self.shown

    def start(self, name: str, request: Mapping[str, Any]) -> bool:
        """Start a run, if there has been none of that name."""
        if name in self.runs:
            return False
        self.runs[name] = dict(request)
        return True


@dataclass
class InMemoryTrainingQueue:
    """Queued events in a list."""

    events: list[dict[str, Any]] = field(default_factory=list)
    held: dict[str, int] = field(default_factory=dict)

    def send(self, event: Mapping[str, Any]) -> None:
        """Append an event."""
        self.events.append(dict(event))

    def hold(self, receipts: Sequence[str], seconds: int) -> None:
        """Note how long each message is held."""
        self.held |= dict.fromkeys(receipts, seconds)
