"""Start a pipeline in Step Functions."""

import json
from collections.abc import Mapping
from typing import Any

import boto3


class StepFunctionsPipeline:
    """One state machine, by ARN."""

    def __init__(self, arn: str) -> None:
        self._arn = arn
        self._states = boto3.client("stepfunctions")

    def active(self) -> str:
        """Name of a run that has not ended; empty if there is none."""
        listed = self._states.list_executions(stateMachineArn=self._arn, statusFilter="RUNNING", maxResults=1)
        return listed["executions"][0]["name"] if listed["executions"] else ""

    def start(self, name: str, request: Mapping[str, Any]) -> str:
        """Start a run of that name, which Step Functions takes once in 90 days; returns the name."""
        self._states.start_execution(stateMachineArn=self._arn, name=name, input=json.dumps(request))
        return name
