"""From the history of an execution to its states (AWS Step Functions API Reference, "HistoryEvent")."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

Event = Mapping[str, Any]

ANSWERS = ("lambdaFunctionSucceededEventDetails", "taskSucceededEventDetails")


@dataclass(frozen=True)
class StateRun:
    """One state that a run entered; times are aware, ``left`` is None while it is in it.

    ``output`` is what the state's task answered; empty for a state without a task of its own.
    """

    name: str
    entered: datetime
    left: datetime | None = None
    output: dict[str, Any] = field(default_factory=dict)


def states_of(events: Iterable[Event]) -> tuple[StateRun, ...]:
    """The states in the order in which they were entered.

    Branches of a Parallel and items of a Map interleave, so an event belongs to the state of the event that it names
    as its predecessor. Where a history names none (MiniStack's), it follows the one listed before it.
    """
    reader = _Reader()
    for event in events:
        reader.read(event)
    return tuple(reader.states)


class _Reader:
    def __init__(self) -> None:
        self.states: list[StateRun] = []
        self._owners: dict[int, int] = {}  # id of an event -> its state's place in the list
        self._tasks: set[int] = set()
        self._last = -1

    def read(self, event: Event) -> None:
        owner = self._owner_of(event)
        self._owners[event["id"]] = self._last = owner
        if any(detail in event for detail in ANSWERS):
            self._answer(owner, next(event[detail] for detail in ANSWERS if detail in event))
        elif "stateExitedEventDetails" in event and owner >= 0:
            self.states[owner] = replace(self.states[owner], left=event["timestamp"])

    def _owner_of(self, event: Event) -> int:
        if entered := event.get("stateEnteredEventDetails"):
            self.states.append(StateRun(entered["name"], event["timestamp"]))
            if event["type"].startswith("Task"):
                self._tasks.add(len(self.states) - 1)
            return len(self.states) - 1
        if left := event.get("stateExitedEventDetails"):
            return self._open(left["name"], self._before(event))
        return self._before(event)

    def _before(self, event: Event) -> int:
        return self._owners.get(event.get("previousEventId", 0), self._last)

    def _open(self, name: str, likely: int) -> int:
        """The state that is left: the likely one if it has the name, else the latest of that name still open."""
        places = [likely, *range(len(self.states) - 1, -1, -1)]
        return next((p for p in places if p >= 0 and self.states[p].name == name and not self.states[p].left), -1)

    def _answer(self, owner: int, details: Mapping[str, Any]) -> None:
        if owner in self._tasks:
            self.states[owner] = replace(self.states[owner], output=_object(details.get("output")))


def _object(text: str | None) -> dict[str, Any]:
    try:
        found = json.loads(text or "{}")
    except ValueError:  # cut short by Step Functions
        return {}
    return found if isinstance(found, dict) else {"result": found}
