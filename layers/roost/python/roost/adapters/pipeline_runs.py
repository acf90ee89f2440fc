"""Runs of a state machine, as a person reads them."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from botocore.exceptions import ClientError

from roost.adapters.aws_session import client
from roost.errors import NotDeployed, UnknownRun


@dataclass(frozen=True)
class StateRun:
    """One state that a run entered; times are aware, ``left`` is None while it is in it."""

    name: str
    entered: datetime
    left: datetime | None = None
    output: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Run:
    """One run of a pipeline."""

    name: str
    status: str
    started: datetime
    stopped: datetime | None
    request: dict[str, Any]
    error: str = ""
    cause: str = ""
    states: tuple[StateRun, ...] = ()

    @property
    def active(self) -> bool:
        """Whether it has not ended."""
        return self.status == "RUNNING"


class PipelineRuns:
    """The runs of one state machine, found by its name."""

    def __init__(self, machine: str, account: str, region: str) -> None:
        self._machine = machine
        self._arn = f"arn:aws:states:{region}:{account}:stateMachine:{machine}"
        self._states = client("stepfunctions")

    def start(self, name: str, request: Mapping[str, Any]) -> str:
        """Start a run of that name; returns the name."""
        try:
            self._states.start_execution(stateMachineArn=self._arn, name=name, input=json.dumps(request))
        except ClientError as error:
            raise self._explained(error) from error
        return name

    def latest(self, limit: int = 20) -> list[Run]:
        """The latest runs, newest first, without their states."""
        try:
            listed = self._states.list_executions(stateMachineArn=self._arn, maxResults=limit)
        except ClientError as error:
            raise self._explained(error) from error
        return [self._described(item["executionArn"]) for item in listed["executions"]]

    def read(self, name: str) -> Run:
        """One run with its states."""
        arn = f"{self._arn.replace(':stateMachine:', ':execution:')}:{name}"
        try:
            return self._described(arn, with_states=True)
        except ClientError as error:
            raise UnknownRun(f"{self._machine} has no run {name!r}; list them with: roost runs list") from error

    def _described(self, arn: str, with_states: bool = False) -> Run:
        found = self._states.describe_execution(executionArn=arn)
        return Run(
            name=found["name"],
            status=found["status"],
            started=found["startDate"],
            stopped=found.get("stopDate"),
            request=json.loads(found.get("input") or "{}"),
            error=found.get("error", ""),
            cause=found.get("cause", ""),
            states=self._entered(arn) if with_states else (),
        )

    def _entered(self, arn: str) -> tuple[StateRun, ...]:
        pages = self._states.get_paginator("get_execution_history").paginate(executionArn=arn)
        states: list[StateRun] = []
        task_output: dict[str, Any] = {}
        for event in (event for page in pages for event in page["events"]):
            if entered := event.get("stateEnteredEventDetails"):
                states.append(StateRun(entered["name"], event["timestamp"]))
                task_output = {}
            elif succeeded := event.get("taskSucceededEventDetails"):
                task_output = _object(succeeded.get("output"))
            elif left := event.get("stateExitedEventDetails"):
                _leave(states, left["name"], event["timestamp"], task_output)
        return tuple(states)

    def _explained(self, error: ClientError) -> Exception:
        if error.response["Error"]["Code"] == "StateMachineDoesNotExist":
            return NotDeployed(f"state machine {self._machine} does not exist here; deploy first with: roost deploy")
        return error


def _leave(states: list[StateRun], name: str, at: datetime, output: dict[str, Any]) -> None:
    for index in range(len(states) - 1, -1, -1):
        if states[index].name == name and states[index].left is None:
            states[index] = StateRun(name, states[index].entered, at, output)
            return


def _object(text: str | None) -> dict[str, Any]:
    found = json.loads(text or "{}")
    return found if isinstance(found, dict) else {"result": found}
