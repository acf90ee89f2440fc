"""The environment, read in this module only; the CDK app writes it from the same classes.

Every field is one variable, ``ROOST_`` and the field's name in capitals. The scoring function imports this
module on its cold path, so it uses the standard library alone.
"""

import dataclasses
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Self

from roost.errors import SettingsError

PREFIX = "ROOST_"
_ENDPOINTS = "AWS_ENDPOINT_URL"  # and one for each service: AWS_ENDPOINT_URL_S3
_IDENTITY = (
    "AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN",
)  # fmt: skip


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
class ChangeSettings(Environment):
    """What PublishChanges needs to know."""

    stage: str
    registry_table: str
    audit_bucket: str


@dataclasses.dataclass(frozen=True)
class StreamSettings(Environment):
    """What a stream consumer needs to know: its source, and the queue for records that no retry can save."""

    source: str
    lake_bucket: str
    packages_bucket: str
    registry_table: str
    online_table: str
    rejected_queue: str


@dataclasses.dataclass(frozen=True)
class ObserverSettings(Environment):
    """What ObservePredictions needs to know."""

    lake_bucket: str
    packages_bucket: str
    registry_table: str
    observations_table: str


@dataclasses.dataclass(frozen=True)
class OutcomeSettings(Environment):
    """What RecordOutcomes needs to know."""

    lake_bucket: str
    packages_bucket: str
    registry_table: str
    outcomes_table: str


@dataclasses.dataclass(frozen=True)
class ExperimentSettings(PipelineSettings):
    """What ObserveExperiment needs to know."""

    outcomes_table: str


@dataclasses.dataclass(frozen=True)
class ScoringSettings(Environment):
    """What a scoring function needs to know. A release freezes ``package`` and ``model_version`` into a version.

    An experiment freezes ``arms`` too (``domain.served_arms``); the package and the version are then the control's.
    """

    stage: str
    model: str
    packages_bucket: str
    online_table: str
    package: str = ""
    model_version: str = ""
    latency_objective_ms: str = "250.0"
    arms: str = ""


@dataclasses.dataclass(frozen=True)
class CommandLineSettings(Environment):
    """Defaults of the command line; an empty ``profile`` means the AWS SDK's own choice."""

    stage: str = "dev"
    profile: str = ""


def endpoint_url() -> str:
    """The AWS endpoint that the SDK is pointed at; empty on real AWS."""
    return os.environ.get("AWS_ENDPOINT_URL", "")


def deployment_target() -> tuple[str | None, str | None]:
    """Account and region that the CDK CLI found for a deployment; None where it found no credentials."""
    return os.environ.get("CDK_DEFAULT_ACCOUNT"), os.environ.get("CDK_DEFAULT_REGION")


def function_version() -> str:
    """Version of the Lambda function that runs this code (``$LATEST`` outside Lambda)."""
    return os.environ.get("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST")


def function_memory() -> int:
    """Memory in MB of the Lambda function that runs this code; 3008 outside Lambda."""
    return int(os.environ.get("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "3008"))


def point_sdk_at(variables: Mapping[str, str]) -> None:
    """Send the AWS SDK of this process, and of the processes that it starts, where the variables say.

    An endpoint or an identity that the environment named before no longer counts.
    """
    _forget([name for name in os.environ if name.startswith(_ENDPOINTS) or name in _IDENTITY])
    os.environ.update(variables)


def point_sdk_at_account(profile: str = "") -> None:
    """Send it to real AWS, with the identity of a profile or else with the one that the environment names.

    Keys in the environment would win over a profile that is named in the environment, so a profile replaces them.
    """
    _forget([name for name in os.environ if name.startswith(_ENDPOINTS)])
    if profile:
        _forget(_IDENTITY)
        os.environ["AWS_PROFILE"] = profile


def sdk_defaults(variables: Mapping[str, str]) -> None:
    """Set what the environment leaves open."""
    for name, value in variables.items():
        os.environ.setdefault(name, value)


def child_environment(folder: Path) -> dict[str, str]:
    """The environment of a process to start, with a folder first on its path."""
    return {**os.environ, "PATH": os.pathsep.join((str(folder), os.environ.get("PATH", os.defpath)))}


def _forget(variables: Iterable[str]) -> None:
    for name in variables:
        os.environ.pop(name, None)
