"""The scoring function and its alias, over the Lambda API.

AWS Lambda Developer Guide: "Manage Lambda function versions", "Implement Lambda canary deployments using a weighted
alias". An alias's ``RevisionId`` makes its moves compare-and-set.
"""

import json
from collections.abc import Mapping
from typing import Any

import boto3
from botocore.exceptions import ClientError

from roost.domain.release import AliasState
from roost.errors import ConcurrentUpdate, SmokeTestFailed
from roost.names import LIVE_ALIAS

PERCENT = 100
LONGEST_NOTE = 256  # characters of a description ("UpdateAlias", AWS Lambda API Reference)
MOVED = ("PreconditionFailedException", "ResourceConflictException")


class LambdaEndpoint:
    """One model's scoring function."""

    def __init__(self, function: str) -> None:
        self._function = function
        self._lambda = boto3.client("lambda")

    def publish(self, variables: Mapping[str, str], description: str) -> str:
        """Set the variables on the unpublished function and freeze it; waits until the version can be called.

        A deployment in between could overwrite the variables; the smoke test then finds no package and stops.
        """
        present = self._lambda.get_function_configuration(FunctionName=self._function)
        merged = {**present.get("Environment", {}).get("Variables", {}), **variables}
        try:
            self._lambda.update_function_configuration(FunctionName=self._function, Environment={"Variables": merged})
            self._lambda.get_waiter("function_updated_v2").wait(FunctionName=self._function)
            published = self._lambda.publish_version(FunctionName=self._function, Description=description)
        except ClientError as error:
            raise _explained(error, f"function {self._function}") from error
        version = published["Version"]
        self._lambda.get_waiter("published_version_active").wait(FunctionName=self._function, Qualifier=version)
        return version

    def invoke(self, function_version: str, event: Mapping[str, Any]) -> dict[str, Any]:
        """Call one version and return its answer."""
        called = self._lambda.invoke(
            FunctionName=self._function, Qualifier=function_version, Payload=json.dumps(event).encode()
        )
        answer: dict[str, Any] = json.loads(called["Payload"].read())
        if called.get("FunctionError"):
            told = f"{answer.get('errorType')}: {answer.get('errorMessage')}"
            raise SmokeTestFailed(f"function version {function_version} of {self._function} failed: {told}")
        return answer

    def alias(self) -> AliasState:
        """Where the alias ``live`` sends traffic."""
        return _state(self._lambda.get_alias(FunctionName=self._function, Name=LIVE_ALIAS))

    def shift(self, wanted: AliasState) -> AliasState:
        """Move the alias if its revision is still the wanted state's."""
        weights = {wanted.canary: wanted.weight / PERCENT} if wanted.canary else {}
        try:
            moved = self._lambda.update_alias(
                FunctionName=self._function,
                Name=LIVE_ALIAS,
                FunctionVersion=wanted.primary,
                RoutingConfig={"AdditionalVersionWeights": weights},
                RevisionId=wanted.revision,
                Description=wanted.note[:LONGEST_NOTE],
            )
        except ClientError as error:
            raise _explained(error, f"alias {LIVE_ALIAS} of {self._function}") from error
        return _state(moved)


def _explained(error: ClientError, what: str) -> Exception:
    if error.response["Error"]["Code"] in MOVED:
        return ConcurrentUpdate(f"{what} was changed by somebody else; read it again and retry")
    return error


def _state(alias: Mapping[str, Any]) -> AliasState:
    weights = alias.get("RoutingConfig", {}).get("AdditionalVersionWeights", {})
    canary, weight = next(iter(weights.items()), ("", 0.0))
    return AliasState(
        primary=alias["FunctionVersion"],
        revision=alias["RevisionId"],
        canary=canary,
        weight=round(weight * PERCENT),
        note=alias.get("Description", ""),
    )
