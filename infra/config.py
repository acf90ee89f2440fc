"""What a stage is; the only reader of CDK context."""

import platform
import re
import subprocess
import sys
from dataclasses import dataclass

from aws_cdk import App, RemovalPolicy
from aws_cdk.aws_lambda import Architecture, Runtime, RuntimeFamily

THROWAWAY_STAGES = ("dev", "e2e", "test")
STAGE_PATTERN = re.compile(r"[a-z][a-z0-9-]{0,14}")
SNAP_START_SINCE = (3, 12)


class InvalidContext(Exception):  # noqa: N818  (it is printed as it stands)
    """A context value is wrong; the message names it and the fix."""


@dataclass(frozen=True)
class StageConfig:
    """One stage: ``python_version`` as ``3.13``, ``architecture`` ``x86_64`` or ``arm64``, ``code`` its revision."""

    stage: str
    python_version: str
    architecture: str
    code: str

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
    def removal(self) -> RemovalPolicy:
        """What happens to data when the stack goes: kept, but on throwaway stages."""
        return RemovalPolicy.DESTROY if self.stage in THROWAWAY_STAGES else RemovalPolicy.RETAIN


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
    return StageConfig(stage, version, architecture, _text(app, "code", _revision()))


def _text(app: App, name: str, default: str) -> str:
    value = app.node.try_get_context(name)
    return default if value is None else str(value)


def _revision() -> str:
    found = subprocess.run(["git", "rev-parse", "HEAD"], capture_output=True, text=True, check=False)
    return found.stdout.strip() or "unknown"
