"""The environment, read in this module only; the CDK app writes it from the same classes.

Every field is one variable, ``ROOST_`` and the field's name in capitals. The scoring function imports this
module on its cold path, so it uses the standard library alone.
"""

import dataclasses
import os
from collections.abc import Mapping
from typing import Self

from roost.errors import SettingsError

PREFIX = "ROOST_"


@dataclasses.dataclass(frozen=True)
class Environment:
    """A group of settings that maps to environment variables and back."""

    @classmethod
    def variable(cls, field: str) -> str:
        """Name of the environment variable of a field."""
        return PREFIX + field.upper()

    @classmethod
    def read(cls, environment: Mapping[str, str] | None = None) -> Self:
        """Read the settings from ``environment`` (default: the process's own).

        Raises:
            SettingsError: a variable without a default is missing; the message names all of them.
        """
        found = os.environ if environment is None else environment
        required = [f.name for f in dataclasses.fields(cls) if f.default is dataclasses.MISSING]
        missing = [cls.variable(name) for name in required if not found.get(cls.variable(name))]
        if missing:
            raise SettingsError(f"set {', '.join(missing)}: {cls.__name__} cannot be read without")
        known = {f.name: found.get(cls.variable(f.name)) for f in dataclasses.fields(cls)}
        return cls(**{name: value for name, value in known.items() if value is not None})

    def variables(self) -> dict[str, str]:
        """The environment variables that ``read`` turns back into these settings."""
        return {self.variable(f.name): getattr(self, f.name) for f in dataclasses.fields(self)}


@dataclasses.dataclass(frozen=True)
class PipelineSettings(Environment):
    """What the steps of the training and release pipelines need to know."""

    stage: str
    lake_bucket: str
    packages_bucket: str
    registry_table: str
    online_table: str


@dataclasses.dataclass(frozen=True)
class StarterSettings(Environment):
    """What StartTraining needs to know: the state machine that it starts."""

    pipeline_arn: str


@dataclasses.dataclass(frozen=True)
class ScoringSettings(Environment):
    """What a scoring function needs to know. A release freezes ``package`` and ``model_version`` into a version."""

    stage: str
    model: str
    packages_bucket: str
    online_table: str
    package: str = ""
    model_version: str = ""


@dataclasses.dataclass(frozen=True)
class CommandLineSettings(Environment):
    """Defaults of the command line; an empty ``profile`` means the AWS SDK's own choice."""

    stage: str = "dev"
    profile: str = ""


def endpoint_url() -> str:
    """The AWS endpoint that the SDK is pointed at; empty on real AWS."""
    return os.environ.get("AWS_ENDPOINT_URL", "")


def function_version() -> str:
    """Version of the Lambda function that runs this code (``$LATEST`` outside Lambda)."""
    return os.environ.get("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST")


def function_memory() -> int:
    """Memory in MB of the Lambda function that runs this code; 3008 outside Lambda."""
    return int(os.environ.get("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "3008"))


def point_sdk_at(variables: Mapping[str, str]) -> None:
    """Send the AWS SDK of this process, and of the processes that it starts, where the variables say."""
    os.environ.update(variables)
