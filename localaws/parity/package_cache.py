"""Code and layers of functions, unpacked once for each content and shared by every worker that uses them.

AWS unpacks a deployment package once into a read-only folder. The emulator unpacks the code and every layer anew for
each worker, which for layers of 200 MB takes seconds and fills the disk.

AWS: "Managing Lambda dependencies with layers",
https://docs.aws.amazon.com/lambda/latest/dg/chapter-layers.html
"""

from __future__ import annotations

import base64
import hashlib
import io
import os
import tempfile
import threading
import zipfile
from pathlib import Path
from typing import Any

from ministack.core.arn import parse_arn
from ministack.services import lambda_svc

_locks: dict[str, threading.Lock] = {}
_locks_guard = threading.Lock()


def unpacked_code(archive: bytes) -> Path:
    """Return the folder that holds the function's code."""
    return _unpacked(hashlib.sha256(archive).hexdigest(), archive)


def unpacked_layers(config: dict[str, Any]) -> list[Path]:
    """Return the folders of the function's layers, in their order."""
    return [_unpacked_layer(layer) for layer in config.get("Layers") or ()]


def _unpacked_layer(layer: str | dict[str, Any]) -> Path:
    arn = layer if isinstance(layer, str) else layer["Arn"]
    spec = parse_arn(arn)
    named = lambda_svc._lambda_layer_version_name_and_number_from_arn_spec(spec)
    found, _ = lambda_svc._find_layer_version(*named, spec.account_id, spec.region, include_deleted=True)
    if found is None or not found.get("_zip_data"):
        raise RuntimeError(f"the layer version {arn} has no content")
    return _unpacked(base64.b64decode(found["Content"]["CodeSha256"]).hex(), found["_zip_data"])


def _unpacked(digest: str, archive: bytes) -> Path:
    folder = Path(tempfile.gettempdir()) / "packages" / digest
    with _lock_of(digest):
        if not folder.exists():
            _unpack(archive, folder)
    return folder


def _unpack(archive: bytes, folder: Path) -> None:
    folder.parent.mkdir(parents=True, exist_ok=True)
    staged = Path(tempfile.mkdtemp(prefix="staged-", dir=folder.parent))
    with zipfile.ZipFile(io.BytesIO(archive)) as packed:
        packed.extractall(staged)
    staged.rename(folder)
    for place, _, _ in os.walk(folder):
        Path(place).chmod(0o555)


def _lock_of(digest: str) -> threading.Lock:
    with _locks_guard:
        return _locks.setdefault(digest, threading.Lock())
