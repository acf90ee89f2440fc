"""Runs of a state machine, as a person reads them."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from botocore.exceptions import ClientError

from roost.adapters.aws_failures import error_code
from roost.adapters.aws_session import client
from roost.adapters.pipeline_history import StateRun, states_of
from roost.domain.failure_cause import readable_cause
from roost.errors import NotDeployed, UnknownRun

NO_RUN = ("ExecutionDoesNotExist", "InvalidArn", "InvalidName")
EVENTS_A_PAGE = 1000


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

    @property
    def seconds(self) -> float | None:
        """How long it took; None while it lasts."""
        return (self.stopped - self.started).total_seconds() if self.stopped else None


class PipelineRuns:
    """The runs of one state machine, found by its name."""

    def __init__(self, machine: str, account: str, region: str) -> None:
        self._machine = machine
        self.arn = f"arn:aws:states:{region}:{account}:stateMachine:{machine}"
        self._states = client("stepfunctions")

    def start(self, name: str, request: Mapping[str, Any]) -> str:
        """Start a run of that name; returns the name.

        Raises:
            NotDeployed: there is no such state machine.
        """
        try:
            self._states.start_execution(stateMachineArn=self.arn, name=name, input=json.dumps(request))
        except ClientError as error:
            raise self._explained(error) from error
        return name

    def names(self, limit: int = 20) -> list[str]:
        """Names of the latest runs, newest first.

        Raises:
            NotDeployed: there is no such state machine.
        """
        return [arn.rpartition(":")[2] for arn in self._listed(limit)]

    def latest(self, limit: int = 20) -> list[Run]:
        """The latest runs, newest first, without their states.

        Raises:
            NotDeployed: there is no such state machine.
        """
        return [self._described(arn) for arn in self._listed(limit)]

    def read(self, name: str) -> Run:
        """One run with its states.

        Raises:
            UnknownRun: there is no run of this name.
        """
        arn = f"{self.arn.replace(':stateMachine:', ':execution:')}:{name}"
        try:
            return self._described(arn, with_states=True)
        except ClientError as error:
            if error_code(error) not in NO_RUN:
                raise
            latest = ", ".join(self.names(3)) or "none yet"
            raise UnknownRun(f"{self._machine} has no run {name!r}; the latest: {latest}") from error

    def _listed(self, limit: int) -> list[str]:
        try:
            listed = self._states.list_executions(stateMachineArn=self.arn, maxResults=limit)
        except ClientError as error:
            raise self._explained(error) from error
        return [item["executionArn"] for item in listed["executions"]]

    def _described(self, arn: str, with_states: bool = False) -> Run:
        found = self._states.describe_execution(executionArn=arn)
        return Run(
            name=found["name"],
            status=found["status"],
            started=found["startDate"],
            stopped=found.get("stopDate"),
            request=json.loads(found.get("input") or "{}"),
            error=found.get("error", ""),
            cause=readable_cause(found.get("cause", "")),
            states=self._entered(arn) if with_states else (),
        )

    def _entered(self, arn: str) -> tuple[StateRun, ...]:
        history = self._states.get_paginator("get_execution_history")
        pages = history.paginate(executionArn=arn, PaginationConfig={"PageSize": EVENTS_A_PAGE})
        return states_of(event for page in pages for event in page["events"])

    def _explained(self, error: ClientError) -> Exception:
        if error_code(error) == "StateMachineDoesNotExist":
            return NotDeployed(f"state machine {self._machine} does not exist here; deploy first with: roost deploy")
        return error
