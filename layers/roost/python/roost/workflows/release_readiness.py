"""Whether a version's package may be released: it is whole, this model's, and takes what the champion's takes."""

from typing import Any

from roost.domain.package import verified_manifest
from roost.domain.registry import ModelHead, Release, Version
from roost.domain.release_moves import check_startable
from roost.domain.signature_breaks import signature_breaks
from roost.errors import PackageCorrupted
from roost.object_keys import PACKAGE_MANIFEST, package_key
from roost.ports import ObjectStore
from roost.release_errors import PackageOfAnotherModel, SignatureBroken
from roost.release_names import ReleaseKind


def check_ready(
    release: Release, version: Version, head: ModelHead, champion: Version | None, force: bool, packages: ObjectStore
) -> tuple[str, ...]:
    """Check status and package of a version before anything moves; returns the differences that ``force`` let through.

    A rollback's signature is not compared: it is in haste, and its callers were served before.

    Raises:
        VersionNotApproved, PackageExpired: as ``check_startable`` says.
        PackageCorrupted: the package is not there, or does not match its digest.
        PackageOfAnotherModel: the package was made for another model.
        SignatureBroken: it would refuse requests that the champion takes, and nobody forces it.
    """
    check_startable(head, version, release.kind)
    return check_package(version, champion if release.kind == ReleaseKind.MODEL else None, force, packages)


def check_package(version: Version, champion: Version | None, force: bool, packages: ObjectStore) -> tuple[str, ...]:
    """The part of ``check_ready`` that reads packages, for those who ask before a release is started."""
    manifest = _manifest(version, packages)
    made_for = manifest.get("model", version.model)
    if made_for != version.model:
        raise PackageOfAnotherModel(
            f"{version.model} version {version.number}: its package was made for model {made_for}; train it anew"
        )
    breaks = signature_breaks(_manifest(champion, packages), manifest) if champion else ()
    if breaks and not force:
        raise SignatureBroken(
            f"{version.model} version {version.number} would refuse requests that its callers send now: "
            f"{'; '.join(breaks)}. Change the callers first and release it with force (--force), or train it with "
            f"the old request"
        )
    return breaks


def _manifest(version: Version, packages: ObjectStore) -> dict[str, Any]:
    try:
        body = packages.get(package_key(version.package, PACKAGE_MANIFEST))
    except KeyError:
        raise PackageCorrupted(
            f"package {version.package} of {version.model} version {version.number} has no manifest; restore it, or "
            f"release another version"
        ) from None
    return verified_manifest(body, version.package)
