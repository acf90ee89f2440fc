"""The runs of a release pipeline, for those who decide about them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol


@dataclass(frozen=True)
class RunEnd:
    """State of a run: ``status`` as Step Functions names it, empty if there is no such run; why it failed."""

    status: str
    error: str = ""
    cause: str = ""

    @property
    def active(self) -> bool:
        """Whether it goes on."""
        return self.status == "RUNNING"


class ReleaseRuns(Protocol):
    """Runs of one model's release pipeline, and the tokens that they wait for."""

    def state(self, name: str) -> RunEnd:
        """How a run is doing."""
        ...

    def stop(self, name: str, error: str, cause: str) -> None:
        """Stop a run; one that has ended is left as it is."""
        ...

    def succeed(self, token: str, output: Mapping[str, Any]) -> None:
        """Let a waiting state go on. Raises ``ApprovalExpired`` if nothing waits for the token, ``NotPermitted``."""
        ...

    def fail(self, token: str, error: str, cause: str) -> None:
        """Let a waiting state fail. Raises as ``succeed``."""
        ...
