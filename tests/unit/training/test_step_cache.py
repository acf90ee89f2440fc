"""Steps that ran before on the same inputs are skipped; whatever decides a result makes them run again."""

import json
from typing import Any

import pytest

from roost.domain.search_story import search_story
from roost.names import Status
from roost.object_keys import PACKAGE_MANIFEST, SEARCH_REPORT, package_key, run_key
from roost.spec import Candidate, Gate, Rollout
from roost.workflows.step_cache import FROM
from tests.unit.features.payments import model
from tests.unit.training.whole_pipeline import Pipeline, Run

CACHED = ["BuildFeatures", "CheckLeakage", "RunTrial", "TrainModel", "EvaluateModel"]
GATES = (Gate(metric="log_loss", at_most=50.0),)


@pytest.fixture
def pipeline() -> Pipeline:
    made = Pipeline(model=model(gates=GATES))
    made.land()
    return made


def steps(pipeline: Pipeline, run: str) -> list[str]:
    return [state for name, state in pipeline.computed if name == run]


def artifacts(pipeline: Pipeline, run: str) -> dict[str, bytes]:
    prefix = run_key(pipeline.model.name, run, "")
    return {
        key.removeprefix(prefix): body for key, body in pipeline.lake.store.objects.items() if key.startswith(prefix)
    }


def told(answers: Any, run: str) -> str:
    return str(answers).replace(f"/{run}/", "/RUN/")


def lasting(value: Any) -> Any:
    """An answer, and those within it, without what tells how it came to be."""
    if isinstance(value, list):
        return [lasting(inner) for inner in value]
    untold = (FROM, "seconds")
    return {k: lasting(v) for k, v in value.items() if k not in untold} if isinstance(value, dict) else value


def test_a_second_run_on_the_same_inputs_skips_every_step_and_leaves_the_same_behind(pipeline: Pipeline) -> None:
    first, second = pipeline.run("one"), pipeline.run("two")
    assert (steps(pipeline, "one"), steps(pipeline, "two")) == (CACHED, [])
    for state in CACHED:
        assert second.answers[state][FROM] == "one"
        assert told(lasting(second.answers[state]), "two") == told(lasting(first.answers[state]), "one")
    ours, theirs = artifacts(pipeline, "two"), artifacts(pipeline, "one")
    searches = [search_story(json.loads(found.pop(SEARCH_REPORT))) for found in (ours, theirs)]
    assert ours == theirs != {}
    assert searches[0] == searches[1]
    assert second.answers["RegisterModel"]["version"] == 2


def test_a_third_run_is_told_who_computed(pipeline: Pipeline) -> None:
    pipeline.run("one"), pipeline.run("two")
    assert pipeline.run("three").answers["TrainModel"][FROM] == "one"


def test_no_cache_runs_every_step_and_is_remembered(pipeline: Pipeline) -> None:
    pipeline.run("one")
    assert FROM not in pipeline.run("two", {"use_cache": False}).answers["BuildFeatures"]
    assert steps(pipeline, "two") == CACHED
    assert pipeline.run("three").answers["BuildFeatures"][FROM] == "two"


def test_new_code_runs_every_step_again(pipeline: Pipeline) -> None:
    pipeline.run("one")
    pipeline.code = "other"
    pipeline.run("two")
    assert steps(pipeline, "two") == CACHED


def test_new_data_runs_every_step_again(pipeline: Pipeline) -> None:
    pipeline.run("one")
    pipeline.land("b.csv", days=1, first=8 * 48)
    pipeline.run("two")
    assert steps(pipeline, "two") == CACHED


def test_a_cutoff_is_an_input(pipeline: Pipeline) -> None:
    pipeline.run("one")
    pipeline.run("two", {"cutoff": "2020-01-08T00:00:00+00:00"})
    assert steps(pipeline, "two") == CACHED


@pytest.mark.parametrize(
    ("changes", "again"),
    [
        ({"gates": (Gate(metric="log_loss", at_most=60.0),)}, ["EvaluateModel"]),
        ({"rollout": Rollout(steps=(10,))}, ["EvaluateModel"]),
        ({"candidates": (Candidate(name="line", estimator="random_forest", parameters={"n_estimators": 3}),)},
         ["RunTrial", "TrainModel", "EvaluateModel"]),
        ({"seed": 7}, CACHED),
    ],
)  # fmt: skip
def test_a_changed_definition_repeats_the_steps_that_read_the_change(
    pipeline: Pipeline, changes: dict[str, Any], again: list[str]
) -> None:
    pipeline.run("one")
    pipeline.model = pipeline.model.model_copy(update=changes)
    pipeline.run("two")
    assert steps(pipeline, "two") == again


def test_another_champion_is_another_comparison(pipeline: Pipeline) -> None:
    pipeline.run("one")
    registry: Any = pipeline.ports.registry
    registry.heads["payments"] = registry.heads["payments"].__class__(
        **{**vars(registry.heads["payments"]), "champion": 1}
    )
    assert pipeline.run("two").answers["EvaluateModel"]["champion"]["version"] == 1
    assert steps(pipeline, "two") == ["EvaluateModel"]


def test_failed_gates_are_judged_again(pipeline: Pipeline) -> None:
    pipeline.model = pipeline.model.model_copy(update={"gates": (Gate(metric="log_loss", at_most=0.0),)})
    for name in ("one", "two"):
        assert not pipeline.run(name).answers["EvaluateModel"]["passed"]
    assert steps(pipeline, "two") == ["EvaluateModel"]


def damage_entries(pipeline: Pipeline, body: bytes) -> None:
    for key in [key for key in pipeline.lake.store.objects if key.startswith("cache/")]:
        pipeline.lake.store.put(key, body)


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"{}", b"null", b'{"answer": {}, "files": {}, "run": 1}'])
def test_an_entry_that_cannot_be_read_counts_as_none(pipeline: Pipeline, body: bytes) -> None:
    first = pipeline.run("one")
    damage_entries(pipeline, body)
    second = pipeline.run("two")
    assert second.answers["EvaluateModel"]["package"] == first.answers["EvaluateModel"]["package"]
    assert "EvaluateModel" in steps(pipeline, "two")


@pytest.mark.parametrize("harm", ["gone", "changed"])
def test_a_former_file_that_is_not_what_it_was_makes_its_step_run(pipeline: Pipeline, harm: str) -> None:
    first, store = pipeline.run("one"), pipeline.lake.store
    key = run_key("payments", "one", "candidates/line/fitted.npz")
    if harm == "gone":
        del store.objects[key]
    else:
        store.put(key, store.objects[key] + b"!")
    second = pipeline.run("two")
    assert steps(pipeline, "two") == ["TrainModel"]
    assert second.answers["EvaluateModel"]["package"] == first.answers["EvaluateModel"]["package"]


def test_a_package_that_is_gone_is_made_again(pipeline: Pipeline) -> None:
    package = pipeline.run("one").answers["EvaluateModel"]["package"]
    packages: Any = pipeline.ports.packages
    packages.objects.clear()
    pipeline.run("two")
    assert packages.exists(package_key(package, PACKAGE_MANIFEST))


def finished(pipeline: Pipeline, run: Run) -> dict[str, Any]:
    version = pipeline.ports.registry.version("payments", run.answers["RegisterModel"]["version"])
    assert version.status is Status.APPROVED
    return {"number": version.number, "package": version.package, "metrics": version.metrics}
