"""Start a pipeline in Step Functions."""

import json
from collections.abc import Mapping
from typing import Any

import boto3
from botocore.exceptions import ClientError

from roost.adapters.aws_failures import error_code, transient_failures
from roost.ports import StartedRun


class StepFunctionsPipeline:
    """One state machine, by ARN."""

    def __init__(self, arn: str) -> None:
        self.arn = arn
        self._states = boto3.client("stepfunctions")

    def latest(self) -> StartedRun | None:
        """The active run if there is one, else the run that started last; None before the first.

        A run that somebody redrives keeps its old start, so that it need not be the latest.
        """
        listed = self._listed(statusFilter="RUNNING") or self._listed()
        return StartedRun(listed[0]["startDate"], listed[0]["status"] == "RUNNING") if listed else None

    def _listed(self, **which: Any) -> list[Any]:
        with transient_failures("Step Functions"):
            found = self._states.list_executions(stateMachineArn=self.arn, maxResults=1, **which)
        return list(found["executions"])

    def start(self, name: str, request: Mapping[str, Any]) -> bool:
        """Start a run of that name; False if there has been one of that name, and nothing was started."""
        try:
            with transient_failures("Step Functions"):
                self._states.start_execution(stateMachineArn=self.arn, name=name, input=json.dumps(request))
        except ClientError as error:
            if error_code(error) == "ExecutionAlreadyExists":
                return False
            raise
        return True
