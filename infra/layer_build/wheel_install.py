"""Install locked wheels for another machine, without Docker."""

import subprocess
from pathlib import Path

import uv

from infra.layer_build.layer_errors import InstallFailed
from infra.layer_build.layer_target import LayerTarget


def install_wheels(lock: Path, folder: Path, target: LayerTarget) -> None:
    """Install every package of a lock into a folder: wheels only, hashes checked, nothing resolved.

    Files are copied, not linked, since what follows changes them and uv's cache must not change with them.

    Raises:
        InstallFailed: a package has no wheel for the target, or its hash differs from the lock.
    """
    command = [
        uv.find_uv_bin(),
        "pip",
        "install",
        "--quiet",
        "--no-config",
        "--no-deps",
        "--require-hashes",
        "--only-binary=:all:",
        "--link-mode=copy",
        f"--target={folder}",
        f"--python-platform={target.wheel_platform}",
        f"--python-version={target.python_version}",
        f"--requirements={lock}",
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise InstallFailed(f"{lock.name} for {target}: {done.stderr.strip()}")
