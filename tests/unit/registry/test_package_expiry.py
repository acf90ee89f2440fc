"""Packages are given up when nothing can need them, and never otherwise."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roost.domain.version_upkeep import EXPIRABLE
from roost.errors import PackageExpired
from roost.names import Status
from roost.object_keys import EXPIRED_TAG
from roost.workflows.package_expiry import expirable, expire_packages
from tests.unit.registry.conftest import MODEL, Life

AGE = timedelta(days=90)


def due(life: Life) -> list[int]:
    return [version.number for version in expirable(life.registry, MODEL, life.actor(), AGE)]


def expire(life: Life) -> list[int]:
    return [e.version for e in expire_packages(life.registry, life.packages, MODEL, life.actor(), AGE)]


@pytest.fixture
def used(life: Life) -> Life:
    """1 retired on day 20, 2 previous, 3 live, 4 rejected and 5 rolled back on day 40, 6 approved, 7 a candidate."""
    for number, day in ((1, 10), (2, 20), (3, 30)):
        life.day = day
        life.register()
        life.decide(number, Status.APPROVED)
        life.serve(number)
    life.day = 40
    for _ in range(4):
        life.register()
    life.decide(4, Status.REJECTED)
    life.decide(5, Status.APPROVED)
    life.roll_back(life.begin(5))
    life.decide(6, Status.APPROVED)
    return life


def test_only_what_is_done_with_goes_and_only_after_its_time(used: Life) -> None:
    used.day = 20 + 89
    assert due(used) == []
    used.day = 20 + 90
    assert due(used) == [1]
    used.day = 1000
    assert due(used) == [1, 4, 5]


def test_what_is_given_up_is_noted_tagged_and_never_released_again(used: Life) -> None:
    used.day = 110
    assert expire(used) == [1]
    assert used.registry.version(MODEL, 1).expired_at == used.now.isoformat()
    tagged = {key for key, tags in used.packages.tags.items() if tags == EXPIRED_TAG}
    assert tagged == {"packages/package-1/model.onnx", "packages/package-1/manifest.json"}
    assert used.registry.audit(MODEL)[-1].detail == {"package": "package-1", "reason": "done with for 90 days"}
    with pytest.raises(PackageExpired):
        used.begin(1)


def test_a_version_under_release_is_kept_though_it_was_retired_long_ago(used: Life) -> None:
    used.day = 1000
    used.begin(1)
    assert due(used) == [4, 5]


def test_a_version_that_served_again_counts_from_its_last_day(used: Life) -> None:
    used.day = 100
    used.serve(1)
    used.day = 110
    used.serve(6)
    used.day = 130
    used.serve(3)
    used.day = 199
    assert 1 not in due(used)
    used.day = 200
    assert 1 in due(used)


@pytest.mark.parametrize("keeper", [Status.CANDIDATE, Status.APPROVED, Status.LIVE])
def test_a_shared_package_is_kept_while_one_version_may_need_it(life: Life, keeper: Status) -> None:
    life.register("shared")
    life.decide(1, Status.REJECTED)
    life.register("shared")
    if keeper is not Status.CANDIDATE:
        life.decide(2, Status.APPROVED)
    if keeper is Status.LIVE:
        life.serve(2)
    life.day = 1000
    assert due(life) == []


def test_a_shared_package_goes_when_both_are_done_with(life: Life) -> None:
    for number in (1, 2):
        life.register("shared")
        life.decide(number, Status.REJECTED)
    life.day = 50
    life.register("shared")
    life.decide(3, Status.REJECTED)
    life.day = 100
    assert due(life) == []  # the third is too young, and the package is one
    life.day = 140
    assert due(life) == [1, 2, 3]


def test_a_run_that_died_between_note_and_tag_is_made_good_by_the_next(used: Life) -> None:
    used.day = 110
    expire(used)
    used.packages.tags.clear()
    used.day = 111
    assert expire(used) == [1]
    assert used.packages.tags["packages/package-1/model.onnx"] == EXPIRED_TAG


def test_a_package_that_was_made_anew_is_not_taken_from_its_new_version(used: Life) -> None:
    used.day = 110
    expire(used)
    used.register("package-1")
    assert used.packages.tags == {}
    used.day = 1000
    assert 1 not in expire(used)
    assert "packages/package-1/model.onnx" not in used.packages.tags


@given(st.lists(st.sampled_from(["approve", "reject", "serve", "roll back"]), max_size=12))
def test_whatever_happened_what_may_be_needed_is_never_due(story: list[str]) -> None:
    life = Life()
    for step in story:
        life.day += 1
        number = life.register(f"package-{life.registry.head(MODEL).latest_version % 3}").number
        if step == "reject":
            life.decide(number, Status.REJECTED)
            continue
        life.decide(number, Status.APPROVED)
        if step != "approve":
            release = life.begin(number)
            (life.finish if step == "serve" else life.roll_back)(release)
    life.day = 1000
    given_up, head = set(due(life)), life.registry.head(MODEL)
    kept = [version for version in life.registry.versions(MODEL) if version.number not in given_up]
    assert not {head.champion, head.previous} & given_up
    assert {life.registry.version(MODEL, number).status for number in given_up} <= EXPIRABLE
    assert not {version.package for version in kept} & {life.registry.version(MODEL, n).package for n in given_up}
