"""A version is trained again from its lineage: the same digest, or what differs."""

from dataclasses import replace
from typing import Any

import pytest

from roost.errors import NoDataFound, NotReproduced, PackageCorrupted, UnknownVersion
from roost.object_keys import MANIFEST, PACKAGE_MANIFEST, dataset_key, package_key
from roost.spec import Candidate, Gate, TimeSplit
from roost.workflows.reproduction_plan import compare_reproduction, plan_reproduction
from tests.unit.features.payments import model
from tests.unit.training.conftest import DAY
from tests.unit.training.whole_pipeline import CODE, Pipeline

STATES = ("Ingest", "ValidateData", "BuildFeatures", "TrainModel", "EvaluateModel")
TREES = Candidate(name="trees", estimator="random_forest", parameters={"n_estimators": 5})


@pytest.fixture
def pipeline() -> Pipeline:
    made = Pipeline(model=model(gates=(Gate(metric="log_loss", at_most=50.0),), candidates=(TREES,), seed=3))
    made.land()
    made.run("one", {"cutoff": "2020-01-08T12:00:00+00:00"})
    return made


def plan(pipeline: Pipeline, version: Any = 1, code: str = CODE) -> dict[str, Any]:
    event = {"model": "payments", "run": "again", "request": {"version": version}, "code": code}
    return plan_reproduction(event, pipeline.ports)


def reproduced(pipeline: Pipeline, planned: dict[str, Any]) -> dict[str, Any]:
    """The states of the reproduction pipeline, then the comparison."""
    request = {**planned["request"], "recorded": planned["recorded"], "search": planned["search"]}
    answers = pipeline.run("again", request, kill="RegisterModel").answers
    found = {"training_set": answers["BuildFeatures"]["training_set"], "package": answers["EvaluateModel"]["package"]}
    return compare_reproduction({"model": "payments", "run": "again", "plan": planned, **found}, pipeline.ports)


def test_a_version_comes_out_again_though_data_landed_and_the_definition_moved_on(pipeline: Pipeline) -> None:
    pipeline.land("b.csv", days=1, first=8 * 48)
    other = Candidate(name="line", estimator="logistic_regression")
    pipeline.model = pipeline.model.model_copy(update={"candidates": (other,), "seed": 4})
    answer = reproduced(pipeline, plan(pipeline))
    assert answer["reproduced"] == pipeline.ports.registry.version("payments", 1).package
    assert (answer["version"], answer["code"]) == (1, "the same code")
    assert [state for run, state in pipeline.computed if run == "again"] == [
        "BuildFeatures", "CheckLeakage", "TrainModel", "EvaluateModel",
    ]  # fmt: skip
    assert len(pipeline.ports.registry.versions("payments")) == 1


def test_other_code_is_said_before_and_tried(pipeline: Pipeline) -> None:
    planned = plan(pipeline, code="newer")
    assert (planned["other_code"], planned["code"], planned["deployed_code"]) == (True, CODE, "newer")
    assert reproduced(pipeline, planned)["code"] == "other code (newer)"


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"defaults": {"card_spend__amount_mean_1d": -2.0}}, "defaults.card_spend__amount_mean_1d was -1.0, is -2.0"),
        ({"split": TimeSplit(train=DAY, gap=DAY, holdout=DAY)}, "training set was .*; .*lineage.training_set"),
        ({"threshold": {"review_rate": 0.2}}, "threshold was"),
    ],
)
def test_a_definition_that_gives_another_package_is_told_by_its_parts(
    pipeline: Pipeline, changes: dict[str, Any], told: str
) -> None:
    pipeline.model = type(pipeline.model)(**{**dict(pipeline.model), **changes})
    with pytest.raises(NotReproduced, match=told) as raised:
        reproduced(pipeline, plan(pipeline, code="newer"))
    assert f"deployed is newer, it was made by {CODE}" in str(raised.value)


def test_other_libraries_are_named(pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("roost.adapters.scikit_learn.platform.python_version", lambda: "3.99.0")
    with pytest.raises(NotReproduced, match=r'lineage.python was "3\.\d+\.\d+", is "3.99.0"$'):
        reproduced(pipeline, plan(pipeline))


@pytest.mark.parametrize("version", [None, "1", 1.0])
def test_a_request_without_a_version_says_how_it_is_written(pipeline: Pipeline, version: Any) -> None:
    with pytest.raises(NotReproduced, match='such as {"version": 5}'):
        plan(pipeline, version)


def test_an_unknown_version_and_a_damaged_or_absent_package_stop_at_once(pipeline: Pipeline) -> None:
    with pytest.raises(UnknownVersion):
        plan(pipeline, 9)
    packages: Any = pipeline.ports.packages
    key = package_key(pipeline.ports.registry.version("payments", 1).package, PACKAGE_MANIFEST)
    packages.put(key, b"{}")
    with pytest.raises(PackageCorrupted):
        plan(pipeline)
    del packages.objects[key]
    with pytest.raises(NotReproduced, match="not in the packages bucket"):
        plan(pipeline)


def test_a_data_set_that_is_gone_is_named(pipeline: Pipeline) -> None:
    planned = plan(pipeline)
    (digest,) = planned["datasets"].values()
    del pipeline.lake.store.objects[dataset_key(digest, MANIFEST)]
    with pytest.raises(NoDataFound, match=f"data set {digest} of source 'payments'"):
        reproduced(pipeline, planned)


def test_lineage_holds_why_and_the_cutoff(pipeline: Pipeline) -> None:
    version = pipeline.ports.registry.version("payments", 1)
    assert version.lineage["cutoff"] == "2020-01-08T12:00:00+00:00"
    assert replace(version).lineage["reason"] == "manual"
