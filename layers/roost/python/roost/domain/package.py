"""Model packages: a manifest that names everything, and a digest that names the manifest.

The manifest holds the SHA-256 of every other file, so one digest stands for all bytes. It holds neither a run nor a
time: the same lineage gives the same digest.
"""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from roost.errors import PackageCorrupted

FORMAT = 1


def canonical_bytes(document: Mapping[str, Any]) -> bytes:
    """The one JSON form of a document: sorted keys, no spaces, no NaN."""
    return json.dumps(document, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()


def sha256(body: bytes) -> str:
    """SHA-256 in hexadecimal."""
    return hashlib.sha256(body).hexdigest()


def digest_of(manifest: Mapping[str, Any]) -> str:
    """Digest of a package: the SHA-256 of its manifest's canonical bytes."""
    return sha256(canonical_bytes(manifest))


def verified_manifest(body: bytes, digest: str) -> dict[str, Any]:
    """Read a manifest that must have this digest.

    Raises:
        PackageCorrupted: the bytes have another digest, or a format that this code cannot read.
    """
    if sha256(body) != digest:
        raise PackageCorrupted(f"package {digest}: its manifest has digest {sha256(body)}; restore it from a backup")
    manifest: dict[str, Any] = json.loads(body)
    if manifest.get("format", FORMAT) != FORMAT:
        raise PackageCorrupted(f"package {digest}: format {manifest['format']} is unknown; this code reads {FORMAT}")
    return manifest


def verify_file(manifest: Mapping[str, Any], name: str, body: bytes) -> None:
    """Check a file of a package against its manifest.

    Raises:
        PackageCorrupted: the manifest does not name the file, or the bytes differ.
    """
    expected = manifest["files"].get(name)
    if sha256(body) != expected:
        raise PackageCorrupted(f"package file {name} has digest {sha256(body)}; the manifest says {expected}")
