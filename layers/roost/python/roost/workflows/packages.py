"""Load a model package by digest, verified, ready to score."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from roost.domain.feature_vector import FeaturePlan
from roost.domain.package import verify_file
from roost.domain.scoring import calibrated
from roost.domain.view_layout import ViewLayout
from roost.names import Problem
from roost.object_keys import PACKAGE_MODEL, package_key
from roost.ports import ObjectStore, OnnxModel
from roost.workflows.package_manifests import read_manifest


@dataclass(frozen=True)
class LoadedPackage:
    """A verified package: what it says, how rows become features, and the model that scores them."""

    digest: str
    manifest: dict[str, Any]
    plan: FeaturePlan
    layouts: tuple[ViewLayout, ...]
    model: OnnxModel


def load_package(
    packages: ObjectStore, digest: str, open_model: Callable[[bytes, Problem], OnnxModel]
) -> LoadedPackage:
    """Fetch and verify a package, then open its model.

    Raises:
        PackageCorrupted: the manifest does not match the digest, or a file the manifest.
        KeyError: the packages bucket has no package of this digest.
    """
    manifest = read_manifest(packages, digest)
    model_bytes = packages.get(package_key(digest, PACKAGE_MODEL))
    verify_file(manifest, PACKAGE_MODEL, model_bytes)
    layouts = tuple(ViewLayout.from_manifest(view) for view in manifest["views"])
    model = calibrated(open_model(model_bytes, problem_of(manifest)), manifest)
    return LoadedPackage(digest, manifest, FeaturePlan.from_manifest(manifest), layouts, model)


def problem_of(manifest: Mapping[str, Any]) -> Problem:
    """What the package's model predicts; packages made before there were other kinds are binary."""
    return Problem(manifest.get("problem", Problem.BINARY))
