"""Read the manifest of a model package by its digest."""

from typing import Any

from roost.domain.package import verified_manifest
from roost.object_keys import PACKAGE_MANIFEST, package_key
from roost.ports import ObjectStore


def read_manifest(packages: ObjectStore, digest: str) -> dict[str, Any]:
    """The verified manifest of a package.

    Raises:
        PackageCorrupted: the manifest does not match the digest.
        KeyError: the packages bucket has no package of this digest.
    """
    return verified_manifest(packages.get(package_key(digest, PACKAGE_MANIFEST)), digest)
