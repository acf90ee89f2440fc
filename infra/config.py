"""What a stage is; the only reader of CDK context."""

import platform
import re
import subprocess
import sys
from dataclasses import dataclass

from aws_cdk import App, RemovalPolicy
from aws_cdk.aws_lambda import Architecture, Runtime, RuntimeFamily

from infra.layer_build import LayerTarget

APPROVAL_STAGES = ("prod", "production")
THROWAWAY_STAGES = ("dev", "e2e", "test")
STAGE_PATTERN = re.compile(r"[a-z][a-z0-9-]{0,14}")
SNAP_START_SINCE = (3, 12)


class InvalidContext(Exception):  # noqa: N818  (it is printed as it stands)
    """A context value is wrong; the message names it and the fix."""


@dataclass(frozen=True)
class StageConfig:
    """One stage: ``python_version`` as ``3.13``, ``architecture`` ``x86_64`` or ``arm64``, ``code`` its revision.

    ``streams`` says whether streamed sources have their streams, which are billed by the hour; ``code_releases``
    whether a deployment that changed a scoring function starts a release of it.
    """

    stage: str
    python_version: str
    architecture: str
    code: str
    streams: bool = False
    code_releases: bool = False

    @property
    def runtime(self) -> Runtime:
        """Lambda's runtime."""
        return Runtime(f"python{self.python_version}", RuntimeFamily.PYTHON, supports_snap_start=self.snap_start)

    @property
    def lambda_architecture(self) -> Architecture:
        """Lambda's architecture."""
        return Architecture.ARM_64 if self.architecture == "arm64" else Architecture.X86_64

    @property
    def snap_start(self) -> bool:
        """Whether the runtime can be snapshotted (Lambda Developer Guide, "SnapStart": Python 3.12 and newer)."""
        return tuple(int(part) for part in self.python_version.split(".")) >= SNAP_START_SINCE

    @property
    def throwaway(self) -> bool:
        """Whether nothing of value lives here."""
        return self.stage in THROWAWAY_STAGES

    @property
    def asks_approval(self) -> bool:
        """Whether a release asks a person, where the model does not say."""
        return self.stage in APPROVAL_STAGES

    @property
    def removal(self) -> RemovalPolicy:
        """What happens to data when the stack goes: kept, but on throwaway stages.

        A stack whose very first deployment fails takes its empty tables and buckets with it, else their fixed names
        would be in the way of the next attempt ("DeletionPolicy attribute", AWS CloudFormation User Guide).
        """
        return RemovalPolicy.DESTROY if self.throwaway else RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE


def read_config(app: App) -> StageConfig:
    """Read ``stage``, ``python_version``, ``architecture`` and ``code`` from the context; all have defaults.

    Raises:
        InvalidContext: a value that cannot be.
    """
    stage = _text(app, "stage", "dev")
    if not STAGE_PATTERN.fullmatch(stage):
        raise InvalidContext(f"context stage is {stage!r}; use up to 15 small letters, digits and dashes: -c stage=dev")
    architecture = _text(app, "architecture", "arm64" if platform.machine() in ("arm64", "aarch64") else "x86_64")
    if architecture not in ("arm64", "x86_64"):
        raise InvalidContext(f"context architecture is {architecture!r}; use x86_64 or arm64")
    version = _text(app, "python_version", f"{sys.version_info.major}.{sys.version_info.minor}")
    if not re.fullmatch(r"3\.1[1-9]", version):
        raise InvalidContext(f"context python_version is {version!r}; use 3.11 or newer")
    streams, code = _flag(app, "streams", False), _text(app, "code", _revision())
    code_releases = _flag(app, "code_releases", stage not in THROWAWAY_STAGES)
    return StageConfig(stage, version, architecture, code, streams, code_releases)


def check_runtime(config: StageConfig, on_aws: bool) -> None:
    """Refuse a Python whose Lambda runtime cannot load the layers' wheels; an emulator runs them on this machine.

    Raises:
        InvalidContext: the stage is about to go to AWS with such a Python.
    """
    if on_aws and not LayerTarget.of(config.python_version).loads_on_lambda:
        raise InvalidContext(
            f"python_version is {config.python_version}, whose Lambda runtime (Amazon Linux 2, glibc 2.26) cannot load "
            f"NumPy's wheels (glibc 2.27): deploy to AWS from Python 3.12 or newer, or set -c python_version=3.13"
        )


def _text(app: App, name: str, default: str) -> str:
    value = app.node.try_get_context(name)
    return default if value is None else str(value)


def _flag(app: App, name: str, default: bool) -> bool:
    value = _text(app, name, str(default).lower())
    if value not in ("true", "false"):
        raise InvalidContext(f"context {name} is {value!r}; use true or false")
    return value == "true"


def _revision() -> str:
    """The commit, with ``-dirty`` behind it where files differ from it: lineage must not claim more than is true."""
    found = subprocess.run(
        ["git", "describe", "--always", "--dirty", "--abbrev=40", "--exclude=*"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    return found.stdout.strip() or "unknown"
