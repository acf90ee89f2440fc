"""What a function finds around itself: AWS's environment variables and AWS's Python libraries, nothing else.

AWS gives a Python function the variables below, its own, and boto3 with what boto3 needs. The emulator gives it the
whole environment of its own process and every library that the emulator itself is made of, so that a function may work
here that fails on AWS.

AWS: "Defined runtime environment variables",
https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime, and
"Runtime-included SDK versions", https://docs.aws.amazon.com/lambda/latest/dg/lambda-python.html
"""

from __future__ import annotations

import os
import sys
import sysconfig
import tempfile
import time
from pathlib import Path
from typing import Any

from ministack.core import lambda_runtime

from localaws.parity.log_streams import log_group_of

RUNTIME_LIBRARIES = ("boto3", "botocore", "s3transfer", "jmespath", "urllib3", "dateutil", "six", "snapshot_restore_py")


def runtime_libraries() -> Path:
    """Return a folder that holds the libraries of AWS's runtime, as links into the emulator's environment."""
    folder = Path(tempfile.gettempdir()) / "runtime"
    if not folder.exists():
        folder.mkdir(parents=True)
        for entry in Path(sysconfig.get_path("purelib")).iterdir():
            if entry.name.partition("-")[0].partition(".")[0] in RUNTIME_LIBRARIES:
                (folder / entry.name).symlink_to(entry)
    return folder


def function_environment(config: dict[str, Any], code: Path, layers: list[Path], own_folder: Path) -> dict[str, str]:
    """Return the whole environment of a function's process."""
    _account, region = lambda_runtime._account_region_from_function_config(config)
    own = (config.get("Environment") or {}).get("Variables") or {}
    reserved = _reserved(config, code) | {"AWS_REGION": region, "AWS_DEFAULT_REGION": region}
    return {
        **_place(code, layers, own_folder),
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{os.environ['GATEWAY_PORT']}",
        lambda_runtime.HOST_PREFIX_ENV: "true",
        **{name: str(value) for name, value in own.items() if name not in reserved},
        **reserved,
        **lambda_runtime.execution_credentials(config),
    }


def _place(code: Path, layers: list[Path], own_folder: Path) -> dict[str, str]:
    libraries = [f"{layer}/lib" for layer in layers] + [str(code), f"{code}/lib"]
    return {
        "PATH": os.pathsep.join([f"{layer}/bin" for layer in layers] + [os.defpath]),
        "LD_LIBRARY_PATH": os.pathsep.join(libraries),
        "LANG": "en_US.UTF-8",
        "TZ": ":UTC",
        "TMPDIR": str(own_folder),
        "PYTHONDONTWRITEBYTECODE": "1",
    }


def _reserved(config: dict[str, Any], code: Path) -> dict[str, str]:
    name, version = config["FunctionName"], config.get("Version", "$LATEST")
    snapped = (config.get("SnapStart") or {}).get("OptimizationStatus") == "On"
    return {
        "_HANDLER": config.get("Handler", ""),
        "AWS_EXECUTION_ENV": f"AWS_Lambda_python{sys.version_info.major}.{sys.version_info.minor}",
        "AWS_LAMBDA_FUNCTION_NAME": name,
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(config.get("MemorySize", 128)),
        "AWS_LAMBDA_FUNCTION_VERSION": version,
        "AWS_LAMBDA_INITIALIZATION_TYPE": "snap-start" if snapped else "on-demand",
        "AWS_LAMBDA_LOG_GROUP_NAME": log_group_of(config),
        "AWS_LAMBDA_LOG_STREAM_NAME": f"{time.strftime('%Y/%m/%d')}/[{version}]{os.urandom(16).hex()}",
        "LAMBDA_TASK_ROOT": str(code),
    }
