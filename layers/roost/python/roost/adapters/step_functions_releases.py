"""Runs of a release pipeline in Step Functions.

AWS Step Functions API Reference: DescribeExecution, StopExecution, SendTaskSuccess, SendTaskFailure.
"""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import boto3
from botocore.exceptions import ClientError

from roost.adapters.aws_failures import error_code, transient_failures
from roost.ports.release_runs import RunEnd
from roost.release_errors import ApprovalExpired, NotPermitted

NO_RUN = "ExecutionDoesNotExist"
NOBODY_WAITS = ("TaskTimedOut", "TaskDoesNotExist", "InvalidToken")
DENIED = ("AccessDenied", "AccessDeniedException")
LONGEST_CAUSE = 32_768


class StepFunctionsReleases:
    """One model's release pipeline, by the ARN of its state machine."""

    def __init__(self, arn: str, client: Any = None) -> None:
        self._executions = arn.replace(":stateMachine:", ":execution:")
        self._states = client or boto3.client("stepfunctions")

    def state(self, name: str) -> RunEnd:
        """How a run is doing; an empty status if there is no such run."""
        try:
            with transient_failures("Step Functions"):
                found = self._states.describe_execution(executionArn=self._arn(name))
        except ClientError as error:
            if error_code(error) != NO_RUN:
                raise
            return RunEnd("")
        return RunEnd(found["status"], found.get("error") or "", found.get("cause") or "")

    def stop(self, name: str, error: str, cause: str) -> None:
        """Stop a run; one that has ended is left as it is."""
        try:
            with transient_failures("Step Functions"), _permitted("stop the release pipeline"):
                self._states.stop_execution(executionArn=self._arn(name), error=error, cause=cause[:LONGEST_CAUSE])
        except ClientError as refused:
            if error_code(refused) not in (NO_RUN, "ValidationException"):
                raise

    def succeed(self, token: str, output: Mapping[str, Any]) -> None:
        """Let a waiting state go on."""
        with _waiting():
            self._states.send_task_success(taskToken=token, output=json.dumps(output))

    def fail(self, token: str, error: str, cause: str) -> None:
        """Let a waiting state fail."""
        with _waiting():
            self._states.send_task_failure(taskToken=token, error=error, cause=cause[:LONGEST_CAUSE])

    def _arn(self, name: str) -> str:
        return f"{self._executions}:{name}"


@contextmanager
def _waiting() -> Iterator[None]:
    try:
        with transient_failures("Step Functions"), _permitted("answer a release that waits for approval"):
            yield
    except ClientError as error:
        if error_code(error) not in NOBODY_WAITS:
            raise
        raise ApprovalExpired(
            "the release no longer waits for an approval: it expired, was aborted, or was decided; "
            "see: roost releases show"
        ) from error


@contextmanager
def _permitted(what: str) -> Iterator[None]:
    try:
        yield
    except ClientError as error:
        if error_code(error) not in DENIED:
            raise
        raise NotPermitted(f"your identity may not {what}; use another one with --profile ({error})") from error
