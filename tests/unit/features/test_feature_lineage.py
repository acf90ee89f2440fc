"""What a view comes from and what was made of it on a stage."""

import json
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from roost.adapters.in_memory import InMemoryObjectStore, InMemoryRegistryStore
from roost.domain.dataset import Dataset, LandedFile
from roost.domain.package import canonical_bytes, digest_of
from roost.domain.registry import Actor, Version, registration, status_move
from roost.errors import PackageCorrupted
from roost.names import Status
from roost.object_keys import MANIFEST, PACKAGE_MANIFEST, VALID_ROWS, VALIDATION_REPORT, dataset_key, package_key
from roost.spec import Model
from roost.spec.layouts import layout_of
from roost.workflows.feature_lineage import VersionUse, newest_data, versions_using
from roost.workflows.ingesting import definition
from roost.workflows.packaging import signature
from tests.unit.features.payments import NOW, PAYMENTS, model, view

ACTOR = Actor("ann", NOW)
SLOWER = view(delay=timedelta(hours=2))


class Shelf:
    """A registry and the packages of its versions."""

    def __init__(self) -> None:
        self.registry, self.packages = InMemoryRegistryStore(), InMemoryObjectStore()

    def add(self, project: Model, status: Status = Status.APPROVED) -> str:
        manifest = signature(project)
        package = digest_of(manifest)
        self.packages.put(package_key(package, PACKAGE_MANIFEST), canonical_bytes(manifest))
        draft = Version(project.name, 0, Status.CANDIDATE, package, NOW.isoformat(), "run", {}, {})
        self.registry.commit(registration(self.registry.head(project.name), draft, ACTOR))
        head = self.registry.head(project.name)
        version = self.registry.version(project.name, head.latest_version)
        self.registry.commit(status_move(head, version, status, ACTOR, "because"))
        return package

    def using(self, names: Iterable[str] = ("payments",)) -> list[VersionUse]:
        return versions_using(view(), names, self.registry, self.packages)


@pytest.fixture
def shelf() -> Shelf:
    return Shelf()


def without_views(**changes: Any) -> Model:
    return model(views=(), features=("amount",), defaults={}, **changes)


def test_versions_are_found_by_what_their_packages_hold(shelf: Shelf) -> None:
    old, new = shelf.add(model(views=(SLOWER,)), Status.REJECTED), shelf.add(model())
    shelf.add(without_views())
    items = layout_of(view()).online_name
    assert shelf.using() == [
        VersionUse("payments", 2, Status.APPROVED, new, items, as_defined=True),
        VersionUse("payments", 1, Status.REJECTED, old, layout_of(SLOWER).online_name, as_defined=False),
    ]


def test_every_model_is_asked_for(shelf: Shelf) -> None:
    for name in ("payments", "returns"):
        shelf.add(model(name=name))
    assert [use.model for use in shelf.using(("returns", "payments", "new"))] == ["returns", "payments"]


def test_of_a_package_that_is_gone_nobody_can_tell(shelf: Shelf) -> None:
    package = shelf.add(model())
    shelf.packages.objects.clear()
    assert shelf.using() == [VersionUse("payments", 1, Status.APPROVED, package, "", as_defined=None)]


def test_a_package_that_was_changed_is_not_believed(shelf: Shelf) -> None:
    package = shelf.add(model())
    shelf.packages.put(package_key(package, PACKAGE_MANIFEST), b"{}")
    with pytest.raises(PackageCorrupted, match=package):
        shelf.using()


def test_who_owns_a_view_is_no_part_of_a_package() -> None:
    owned = view().model_copy(update={"owner": "somebody else", "description": "otherwise told"})
    assert digest_of(signature(model(views=(owned,)))) == digest_of(signature(model()))


def add_dataset(lake: InMemoryObjectStore, last: int, validated: bool = True) -> str:
    files = tuple(
        LandedFile(f"landing/payments/{name}.csv", "v", 10, name, 5, last - 9, last - place)
        for place, name in enumerate("ab")
    )
    dataset = Dataset(definition(PAYMENTS), files)
    lake.put(dataset_key(dataset.digest, MANIFEST), dataset.to_json())
    if validated:
        lake.put(dataset_key(dataset.digest, VALID_ROWS), b"rows")
        lake.put(
            dataset_key(dataset.digest, VALIDATION_REPORT),
            json.dumps({"validated_at": NOW.isoformat(), "stopped": ""}).encode(),
        )
    return dataset.digest


def test_the_newest_data_set_is_told_by_what_it_holds() -> None:
    lake = InMemoryObjectStore()
    digest = add_dataset(lake, 1_000)
    assert newest_data(PAYMENTS, lake) == {
        "dataset": digest, "files": 2, "rows": 10, "bytes": 20,
        "from": datetime.fromtimestamp(991, UTC).isoformat(), "to": datetime.fromtimestamp(1_000, UTC).isoformat(),
    }  # fmt: skip


def test_without_a_validated_data_set_there_is_none() -> None:
    lake = InMemoryObjectStore()
    assert newest_data(PAYMENTS, lake) is None
    add_dataset(lake, 1_000, validated=False)
    assert newest_data(PAYMENTS, lake) is None
