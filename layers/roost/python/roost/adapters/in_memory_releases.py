"""Runs of a release pipeline in memory."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from roost.ports.release_runs import RunEnd
from roost.release_errors import ApprovalExpired, NotPermitted


@dataclass
class InMemoryReleaseRuns:
    """Runs by name, and answers by token; ``waiting`` are the tokens that a run waits for."""

    runs: dict[str, RunEnd] = field(default_factory=dict)
    waiting: set[str] = field(default_factory=set)
    answers: dict[str, tuple[str, Any]] = field(default_factory=dict)
    permitted: bool = True

    def state(self, name: str) -> RunEnd:
        """How a run is doing; an empty status if there is no such run."""
        return self.runs.get(name, RunEnd(""))

    def stop(self, name: str, error: str, cause: str) -> None:
        """Stop a run; one that has ended is left as it is."""
        self._check()
        if self.state(name).active:
            self.runs[name] = RunEnd("ABORTED", error, cause)

    def succeed(self, token: str, output: Mapping[str, Any]) -> None:
        """Keep the answer."""
        self._answer(token, ("success", dict(output)))

    def fail(self, token: str, error: str, cause: str) -> None:
        """Keep the error and its cause."""
        self._answer(token, ("failure", (error, cause)))

    def _answer(self, token: str, answer: tuple[str, Any]) -> None:
        self._check()
        if token not in self.waiting:
            raise ApprovalExpired("the release no longer waits for an approval")
        self.waiting.remove(token)
        self.answers[token] = answer

    def _check(self) -> None:
        if not self.permitted:
            raise NotPermitted("your identity may not do this")
