"""What a layer is built for: a Python version and a processor."""

import importlib.util
import platform
import subprocess
import sys
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Literal, cast, get_args

import uv

Architecture = Literal["x86_64", "arm64"]

_MACHINE_NAMES: dict[str, Architecture] = {"x86_64": "x86_64", "amd64": "x86_64", "arm64": "arm64", "aarch64": "arm64"}
_WHEEL_NAMES: dict[Architecture, str] = {"x86_64": "x86_64", "arm64": "aarch64"}
_MAGIC = "import importlib.util, sys; sys.stdout.write(importlib.util.MAGIC_NUMBER.hex())"
_GLIBC = "2_28"
_FIRST_ON_AMAZON_LINUX_2023 = (3, 12)


def running_python() -> str:
    """Give this interpreter's version as ``X.Y``."""
    return f"{sys.version_info.major}.{sys.version_info.minor}"


def this_architecture() -> Architecture:
    """Give this machine's processor by Lambda's name for it.

    Raises:
        ValueError: Lambda runs on no such processor.
    """
    machine = platform.machine().lower()
    if machine not in _MACHINE_NAMES:
        raise ValueError(f"Lambda has no architecture for {machine!r}: pass 'x86_64' or 'arm64'")
    return _MACHINE_NAMES[machine]


@dataclass(frozen=True)
class LayerTarget:
    """A Python version (``X.Y``) and a processor, by Lambda's names; by default those of this machine.

    Raises:
        ValueError: the processor is none of Lambda's.
    """

    python_version: str = field(default_factory=running_python)
    architecture: Architecture = field(default_factory=this_architecture)

    def __post_init__(self) -> None:
        if self.architecture not in get_args(Architecture):
            raise ValueError(f"architecture {self.architecture!r}: pass 'x86_64' or 'arm64'")

    @classmethod
    def of(cls, python_version: str | None = None, architecture: str | None = None) -> "LayerTarget":
        """Fill in this machine's values for what is not given."""
        return cls(python_version or running_python(), cast(Architecture, architecture or this_architecture()))

    @property
    def wheel_platform(self) -> str:
        """Uv's name of the platform: glibc 2.28, which the wheels ask for and Amazon Linux 2023 (2.34) exceeds."""
        return f"{_WHEEL_NAMES[self.architecture]}-manylinux_{_GLIBC}"

    @property
    def loads_on_lambda(self) -> bool:
        """Tell whether Lambda's own runtime can load the wheels, and not only an emulator on this machine.

        Up to Python 3.11 the runtime is Amazon Linux 2 with glibc 2.26, and NumPy's wheels ask for 2.27 (AWS Compute
        Blog, "Python 3.12 runtime now available in AWS Lambda").
        """
        return tuple(int(part) for part in self.python_version.split(".")) >= _FIRST_ON_AMAZON_LINUX_2023

    @property
    def runs_here(self) -> bool:
        """Tell whether this interpreter can import what is built for the target."""
        return sys.platform == "linux" and self == LayerTarget()

    @cached_property
    def interpreter(self) -> Path | None:
        """A Python of the target's version on this machine; bytecode is portable between processors, not versions."""
        if self.python_version == running_python():
            return Path(sys.executable)
        found = subprocess.run(
            [
                uv.find_uv_bin(),
                "python",
                "find",
                "--no-project",
                "--no-python-downloads",
                self.python_version,
            ],
            capture_output=True,
            text=True,
            check=False,
        )
        return Path(found.stdout.strip()) if found.returncode == 0 else None

    @cached_property
    def bytecode_magic(self) -> str:
        """The bytecode format of the target's interpreter in hex, or ``none`` where there is no such interpreter."""
        if self.python_version == running_python():
            return importlib.util.MAGIC_NUMBER.hex()
        if self.interpreter is None:
            return "none"
        command = [str(self.interpreter), "-I", "-c", _MAGIC]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout

    def __str__(self) -> str:
        return f"py{self.python_version}-{self.architecture}"
