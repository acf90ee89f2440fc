"""What is refused before anything moves: packages that are broken, another model's, or that callers cannot call."""

from typing import Any

import pytest

from roost.domain.package import canonical_bytes, digest_of
from roost.domain.registry import Actor, Version, registration, status_move
from roost.domain.signature_breaks import signature_breaks
from roost.errors import InvalidReleaseRequest, PackageCorrupted
from roost.names import ReleaseStatus, Status
from roost.object_keys import PACKAGE_MANIFEST, package_key
from roost.release_errors import PackageOfAnotherModel, SignatureBroken
from tests.unit.release.conftest import GOLDEN, MODEL, NOW, ReleaseBench
from tests.unit.release.whole_release import Releases

AMOUNT: dict[str, Any] = {
    "name": "amount", "type": "float", "nullable": False, "minimum": 0, "maximum": None, "allowed": None,
}  # fmt: skip
KIND: dict[str, Any] = {
    "name": "kind", "type": "string", "nullable": True, "minimum": None, "maximum": None, "allowed": ["a", "b"],
}  # fmt: skip


def column(base: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return {**base, **changes}


@pytest.mark.parametrize(
    ("new", "told"),
    [
        ([KIND], "amount is removed"),
        ([AMOUNT, KIND, column(AMOUNT, name="country")], "country is new and required"),
        ([column(AMOUNT, type="integer"), KIND], "amount was float and is integer"),
        ([column(AMOUNT, minimum=1), KIND], "amount: its minimum was 0 and is 1"),
        ([column(AMOUNT, maximum=100), KIND], "amount: its maximum was open and is 100"),
        ([AMOUNT, column(KIND, nullable=False)], "kind may no longer be null"),
        ([AMOUNT, column(KIND, allowed=["a"])], "kind no longer takes b"),
    ],
)
def test_what_live_callers_could_no_longer_send_is_named(new: list[Any], told: str) -> None:
    (found,) = signature_breaks({"request": [AMOUNT, KIND]}, {"request": new})
    assert told in found


@pytest.mark.parametrize(
    "new",
    [
        [AMOUNT, KIND],
        [AMOUNT, KIND, column(AMOUNT, name="country", nullable=True)],
        [column(AMOUNT, type="decimal", minimum=None, nullable=True), KIND],
        [column(AMOUNT, minimum=-5), column(KIND, allowed=["a", "b", "c"])],
        [AMOUNT, column(KIND, allowed=None)],
        [AMOUNT, KIND, column(AMOUNT, name="at", type="timestamp", minimum=None)],
    ],
)
def test_what_takes_all_that_live_takes_breaks_nothing(new: list[Any]) -> None:
    assert signature_breaks({"request": [AMOUNT, KIND]}, {"request": new, "event_time": "at"}) == ()


def test_an_integer_may_become_a_number_and_not_the_other_way() -> None:
    whole = {"request": [column(AMOUNT, type="integer")]}
    assert signature_breaks(whole, {"request": [AMOUNT]}) == ()
    assert signature_breaks({"request": [AMOUNT]}, whole)


@pytest.fixture
def releases(bench: ReleaseBench) -> Releases:
    found = Releases(bench)
    add(found, {"request": [AMOUNT]})
    assert found.start("first", version=1).run().status == "SUCCEEDED"
    found.shares.clear()
    return found


def add(releases: Releases, manifest: dict[str, Any], digest: str = "") -> int:
    """An approved version with this package, under another digest if one is given."""
    whole = {"golden": {"rows": GOLDEN, "scores": [0.1, 0.2]}, **manifest}
    package = digest or digest_of(whole)
    releases.bench.packages.put(package_key(package, PACKAGE_MANIFEST), canonical_bytes(whole))
    registry, actor = releases.bench.registry, Actor("test", NOW)
    draft = Version(MODEL, 0, Status.CANDIDATE, package, NOW.isoformat(), "run", {}, {})
    registry.commit(registration(registry.head(MODEL), draft, actor))
    version = registry.version(MODEL, registry.head(MODEL).latest_version)
    registry.commit(status_move(registry.head(MODEL), version, Status.APPROVED, actor, "gates passed"))
    return version.number


@pytest.mark.parametrize(
    ("manifest", "digest", "request_", "error", "told"),
    [
        ({"request": []}, "", {}, SignatureBroken, "amount is removed"),
        ({"request": [AMOUNT], "model": "churn"}, "", {}, PackageOfAnotherModel, "made for model churn"),
        ({"request": [AMOUNT]}, "0" * 64, {}, PackageCorrupted, "its manifest has digest"),
        ({"request": [AMOUNT], "n": 1}, "", {"guardrails": {"alpha": 0}}, InvalidReleaseRequest, "alpha is 0"),
        ({"request": [AMOUNT], "n": 1}, "", {"guardrails": {"alpha": 0.6}}, InvalidReleaseRequest, "alpha is 0.6"),
        ({"request": [AMOUNT], "n": 1}, "", {"steps": [50, 5]}, InvalidReleaseRequest, "must rise"),
        ({"request": [AMOUNT], "n": 1}, "", {"force": "yes"}, InvalidReleaseRequest, "force is 'yes'"),
        ({"request": [AMOUNT], "n": 1}, "", {"on_conflict": "push"}, InvalidReleaseRequest, "on_conflict is 'push'"),
        ({"request": [AMOUNT], "n": 1}, "", {"max_looks": 999}, InvalidReleaseRequest, "looks fit into a release"),
    ],
)
def test_a_bad_request_or_package_is_named_and_nothing_moves(
    releases: Releases, manifest: Any, digest: str, request_: Any, error: type[Exception], told: str
) -> None:
    number = add(releases, manifest, digest)
    head, alias = releases.bench.registry.head(MODEL), releases.bench.endpoint.alias()
    walk = releases.start("second", version=number, **request_).run()
    assert (walk.status, walk.error) == ("FAILED", error.__name__)
    assert told in walk.cause
    assert (releases.bench.registry.head(MODEL), releases.bench.endpoint.alias()) == (head, alias)
    assert releases.disagreements() == []


def test_a_package_that_is_gone_is_named(releases: Releases) -> None:
    number = add(releases, {"request": [AMOUNT], "n": 1})
    package = releases.bench.registry.version(MODEL, number).package
    del releases.bench.packages.objects[package_key(package, PACKAGE_MANIFEST)]
    assert releases.start("second", version=number).run().error == "PackageCorrupted"


def test_a_broken_signature_that_is_forced_is_released_and_written_down(releases: Releases) -> None:
    walk = releases.start("second", version=add(releases, {"request": []}), force=True).run()
    assert walk.status == "SUCCEEDED"
    record = releases.bench.registry.release(MODEL, "second")
    assert record.status is ReleaseStatus.COMPLETED
    assert record.forced == ("amount is removed: requests that carry it are refused",)


def test_the_champion_is_read_when_the_model_is_taken(releases: Releases) -> None:
    """Another release ends between the first reading of the head and the commit: what replaced it counts."""
    second, third = add(releases, {"request": [AMOUNT], "n": 2}), add(releases, {"request": [AMOUNT], "n": 3})
    registry, commit = releases.bench.registry, releases.bench.registry.commit
    raced: list[bool] = []

    def race(change: Any) -> None:
        if not raced:
            raced.append(True)
            assert releases.start("second", version=second, strategy="all_at_once").run().status == "SUCCEEDED"
        commit(change)

    registry.commit = race  # type: ignore[method-assign]
    assert releases.start("third", version=third).run(until="PublishVersion").status == "RUNNING"
    registry.commit = commit  # type: ignore[method-assign]
    record = registry.release(MODEL, "third")
    assert (record.previous_version, record.previous_function_version) == (
        second, releases.bench.endpoint.alias().primary,
    )  # fmt: skip
