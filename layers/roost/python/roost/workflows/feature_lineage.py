"""What a view comes from and what was made of it on a stage: the newest data set, and registered versions."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from roost.domain.dataset import Dataset
from roost.domain.registry import Version
from roost.domain.view_layout import ViewLayout
from roost.names import Status
from roost.object_keys import MANIFEST, dataset_key
from roost.ports import ObjectStore, RegistryStore
from roost.spec import FeatureView, Source
from roost.spec.layouts import layout_of
from roost.workflows.feature_history import datasets_of
from roost.workflows.package_manifests import read_manifest


@dataclass(frozen=True)
class VersionUse:
    """A registered version whose package computes features by a view.

    ``online_items`` names the items that it reads; ``as_defined`` says whether the package has the view as it is
    defined now. Of a package that is gone nobody can tell: then ``online_items`` is empty and ``as_defined`` None.
    """

    model: str
    version: int
    status: Status
    package: str
    online_items: str
    as_defined: bool | None


def newest_data(source: Source, lake: ObjectStore) -> dict[str, Any] | None:
    """The data set that was validated last: digest, number of files, rows and bytes as landed, first and last event."""
    digest = next(iter(datasets_of(source, lake)), "")
    if not digest:
        return None
    dataset = Dataset.from_json(lake.get(dataset_key(digest, MANIFEST)))
    return {"dataset": digest, "files": len(dataset.files), **dataset.summary()}


def versions_using(
    view: FeatureView, models: Iterable[str], registry: RegistryStore, packages: ObjectStore
) -> list[VersionUse]:
    """Versions of models whose package lists the view, whatever their definitions say now; by model, newest first.

    Raises:
        PackageCorrupted: the manifest of a package does not match its digest.
    """
    found = (_use(view, version, packages) for model in models for version in reversed(registry.versions(model)))
    return [use for use in found if use is not None]


def _use(view: FeatureView, version: Version, packages: ObjectStore) -> VersionUse | None:
    layout, listed = layout_of(view), _views(version, packages)
    if listed is None:
        return VersionUse(version.model, version.number, version.status, version.package, "", None)
    same = next((manifest for manifest in listed if manifest["name"] == view.name), None)
    if same is None:
        return None
    used = ViewLayout.from_manifest(same)
    return VersionUse(version.model, version.number, version.status, version.package, used.online_name, used == layout)


def _views(version: Version, packages: ObjectStore) -> list[dict[str, Any]] | None:
    try:
        views: list[dict[str, Any]] = read_manifest(packages, version.package).get("views", [])
    except KeyError:
        return None
    return views
