"""Resume a run: a new one on the same data, whose finished steps are taken from the former.

A redrive of the same execution would go on with the state machine and request of then, around the one door; a new run
takes the code that is deployed now, says so in its lineage, and still repeats only what failed or what changed.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from roost.domain.triggers import Trigger
from roost.errors import NotResumable
from roost.names import Reason

INGEST = "Ingest"


class FormerState(Protocol):
    """A state that a run entered, and what it answered."""

    @property
    def name(self) -> str:
        """The state's name."""
        ...

    @property
    def output(self) -> Mapping[str, Any]:
        """Its answer; empty if it gave none."""
        ...


class FormerRun(Protocol):
    """A run that has been read with its states."""

    @property
    def name(self) -> str:
        """The run's name."""
        ...

    @property
    def status(self) -> str:
        """As Step Functions has it."""
        ...

    @property
    def request(self) -> Mapping[str, Any]:
        """Its input."""
        ...

    @property
    def error(self) -> str:
        """Why it failed."""
        ...

    @property
    def states(self) -> Sequence[FormerState]:
        """The states that it entered, in order."""
        ...


def resuming(run: FormerRun, requested_by: str, at: str) -> Trigger:
    """What to ask for, so that a run goes on where it stopped: its options, and the data sets that it had taken.

    Raises:
        NotResumable: it is active, or ended well.
    """
    if run.status in ("RUNNING", "SUCCEEDED"):
        raise NotResumable(f"run {run.name} is {run.status}; only one that failed or was stopped can be resumed")
    options = {name: run.request[name] for name in ("cutoff", "datasets") if name in run.request}
    taken = [state.output["datasets"] for state in run.states if state.name == INGEST and "datasets" in state.output]
    options |= {"datasets": taken[-1]} if taken else {}
    options["resumes"] = [*run.request.get("resumes", ()), run.name]
    where = f" in {run.states[-1].name}" if run.states else ""
    told = f"resumes run {run.name}, which {run.status.lower().replace('_', ' ')}{where}"
    return Trigger(Reason.MANUAL, requested_by, f"{told}: {run.error}" if run.error else told, at, options)
