"""What served at a past moment, who approved and who released it, and what a version comes from."""

from datetime import timedelta

import pytest

from roost.domain.dataset import Dataset, LandedFile
from roost.errors import NoDataFound, UnknownRelease
from roost.names import Status
from roost.object_keys import MANIFEST, dataset_key
from roost.workflows.past_service import service_at
from roost.workflows.version_lineage import lineage_of, uses_of_data
from tests.unit.registry.conftest import MODEL, START, Life

KEY = "landing/transactions/a.csv"


@pytest.fixture
def lived(life: Life) -> Life:
    """Version 1 serves from day 2, version 2 from day 12 after two days as canary; 3 was rolled back on day 21."""
    for number, approved, begun, ended in ((1, 1, 1, 2), (2, 9, 10, 12)):
        life.day = approved
        life.register()
        life.decide(number, Status.APPROVED, f"approver-{number}")
        life.day = begun
        release = life.begin(number, f"releaser-{number}")
        life.day = ended
        life.finish(release)
    life.day = 20
    life.register()
    life.decide(3, Status.APPROVED)
    release = life.begin(3)
    life.day = 21
    life.roll_back(release)
    return life


@pytest.mark.parametrize(
    ("day", "serving", "canary"),
    [
        (1, None, 1), (2, 1, None), (9, 1, None), (10, 1, 2), (11, 1, 2), (12, 2, None), (20, 2, 3), (21, 2, None),
        (99, 2, None),
    ],
)  # fmt: skip
def test_what_served_at_a_moment(lived: Life, day: int, serving: int | None, canary: int | None) -> None:
    found = service_at(MODEL, START + timedelta(days=day), lived.registry)
    assert ((found["serving"] or {}).get("version"), (found["canary"] or {}).get("version")) == (serving, canary)


def test_who_answers_for_it_is_said_with_the_bytes(lived: Life) -> None:
    found = service_at(MODEL, START + timedelta(days=13, hours=4), lived.registry)
    serving = found["serving"]
    assert (serving["package"], serving["run"], serving["function_version"]) == ("package-2", "run-2", "3")
    assert (serving["approval"]["by"], serving["approval"]["reason"]) == ("approver-2", "looked at")
    assert (serving["released_by"], serving["release"]) == ("releaser-2", "release-2")
    assert (found["since"][:10], found["until"]) == ("2026-01-13", "")


def test_before_the_first_release_nothing_served(lived: Life) -> None:
    with pytest.raises(UnknownRelease, match="its first release ended at 2026-01-03"):
        service_at(MODEL, START, lived.registry)


def test_a_model_that_was_never_released_says_so(life: Life) -> None:
    with pytest.raises(UnknownRelease, match="it was never released"):
        service_at(MODEL, START, life.registry)


def test_a_return_to_an_earlier_version_is_a_service_of_its_own(lived: Life) -> None:
    lived.day = 30
    lived.serve(1)
    assert service_at(MODEL, START + timedelta(days=31), lived.registry)["serving"]["version"] == 1
    served = lineage_of(MODEL, 1, lived.registry, lived.lake, lived.packages)["served"]
    assert [[since[:10], until[:10]] for since, until in served] == [["2026-01-03", "2026-01-13"], ["2026-01-31", ""]]


def test_lineage_goes_down_to_the_files(lived: Life) -> None:
    file = LandedFile(KEY, "v", 10, "f" * 64, 3)
    dataset = Dataset({"name": "transactions"}, (file,))
    lived.lake.put(dataset_key("dataset-1", MANIFEST), dataset.to_json())
    found = lineage_of(MODEL, 1, lived.registry, lived.lake, lived.packages)
    assert found["run"]["name"] == "run-1"
    assert found["datasets"][0]["files"] == [{"key": KEY, "sha256": "f" * 64, "rows": 3}]
    assert [release["identifier"] for release in found["releases"]] == ["release-1"]
    assert found["approval"]["by"] == "approver-1"


def test_from_a_data_set_or_a_file_to_versions_and_releases(lived: Life) -> None:
    dataset = Dataset({"name": "transactions"}, (LandedFile(KEY, "v", 10, "f" * 64, 3),))
    lived.lake.put(dataset_key("dataset-2", MANIFEST), dataset.to_json())
    for what in ("dataset-2", KEY):
        (use,) = uses_of_data(what, [MODEL, "churn"], lived.registry, lived.lake)
        assert (use.dataset, use.version, use.status, use.releases) == ("dataset-2", 2, "live", ["release-2"])
        assert use.served[0][0][:10] == "2026-01-13"
    assert [use.version for use in uses_of_data("dataset", [MODEL], lived.registry, lived.lake)] == [1, 2, 3]


@pytest.mark.parametrize("what", ["landing/transactions/b.csv", "feed00", "data"])
def test_data_that_reached_no_version_are_named(lived: Life, what: str) -> None:
    with pytest.raises(NoDataFound, match=f"no registered version was made from '{what}'"):
        uses_of_data(what, [MODEL], lived.registry, lived.lake)
