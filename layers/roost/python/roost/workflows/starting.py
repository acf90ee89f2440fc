"""StartTraining: the one door to the training pipeline.

New data, new code, drift, the clock and people all come through here, so that a model has one run at a time and what
is asked for meanwhile becomes one following run.
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from roost.domain.triggers import Trigger, asking, request_of, sharing, trigger_of
from roost.errors import TransientError, UnknownTrigger
from roost.ports import PipelineStarter, TrainingQueue

LOOKS = 180  # seconds between two looks at those who wait; the queue's visibility timeout is as long


@dataclass(frozen=True)
class Turn:
    """What came of asking: the run that serves the ``served`` triggers; ``run`` is empty if all must wait."""

    run: str
    served: Sequence[Trigger] = ()


def start_training(triggers: Sequence[Trigger], pipeline: PipelineStarter, now: datetime) -> Turn:
    """Start one run for triggers that can share it, if none is active.

    The run is named after the start of the latest one, so that of several callers that saw the same history one
    starts a run and the others are refused: Step Functions takes a name once in 90 days, and its list of executions
    may lag behind ("StartExecution" and "ListExecutions", AWS Step Functions API Reference). The first run of all is
    named after the day: two callers that both see an empty history just before and just after midnight (UTC) would
    both start.
    """
    latest = pipeline.latest()
    if not triggers or (latest is not None and latest.active):
        return Turn("")
    name = f"after-{latest.started:%Y%m%d-%H%M%S}" if latest else f"first-{now:%Y%m%d}"
    served = sharing(triggers)
    return Turn(name, served) if pipeline.start(name, request_of(served)) else Turn("")


def ask_for_training(trigger: Trigger, pipeline: PipelineStarter, queue: TrainingQueue, now: datetime) -> str:
    """Start a run for one trigger, or queue it where others wait behind the active run; returns the run, or nothing."""
    run = start_training([trigger], pipeline, now).run
    if not run:
        queue.send(asking(trigger))
    return run


def start_queued(messages: Mapping[str, Any], pipeline: PipelineStarter, now: datetime) -> tuple[str, list[str]]:
    """Start a run for queued events, given by the identifier of their messages.

    Returns:
        The run's name, empty if none was started, and the messages that must stay in the queue: those whose turn has
        not come, and those that nobody understands, which the queue puts aside after so many attempts.
    """
    found = {identifier: _understood(event) for identifier, event in messages.items()}
    turn = start_training([trigger for trigger in found.values() if trigger], pipeline, now)
    return turn.run, [identifier for identifier, trigger in found.items() if trigger not in turn.served]


def hold_together(receipts: Sequence[str], queue: TrainingQueue, now: datetime) -> None:
    """Let those who wait return at one moment, whenever each came, so that one following run serves them all.

    A queue that cannot be reached gives them back one by one: more runs, but nothing is lost.
    """
    with suppress(TransientError):
        queue.hold(receipts, max(1, round(LOOKS - now.timestamp() % LOOKS)))


def _understood(event: Any) -> Trigger | None:
    try:
        return trigger_of(event)
    except (UnknownTrigger, AttributeError):
        return None
