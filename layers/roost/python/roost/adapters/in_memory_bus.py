"""An event bus in memory."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from roost.errors import DependencyUnavailable


@dataclass
class InMemoryEventBus:
    """Events in a list; while it is ``down`` it takes none."""

    events: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    down: bool = False

    def send(self, detail_type: str, detail: Mapping[str, Any]) -> None:
        """Keep the event, or raise ``DependencyUnavailable``."""
        if self.down:
            raise DependencyUnavailable(f"the bus did not take {detail_type!r}")
        self.events.append((detail_type, dict(detail)))
