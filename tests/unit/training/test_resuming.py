"""A run that is killed in any state, and resumed, ends as one that nobody disturbed."""

from typing import Any

import pytest

from roost.domain.triggers import request_of
from roost.errors import NotResumable
from roost.spec import Gate
from roost.workflows.resuming import resuming
from roost.workflows.step_cache import FROM
from tests.unit.features.payments import model
from tests.unit.training.test_step_cache import CACHED, artifacts, finished, steps
from tests.unit.training.whole_pipeline import STATES, Pipeline, Run

GATES = (Gate(metric="log_loss", at_most=50.0),)


def made() -> Pipeline:
    pipeline = Pipeline(model=model(gates=GATES))
    pipeline.land()
    return pipeline


def resumed(pipeline: Pipeline, run: Run, name: str, **how: Any) -> Run:
    return pipeline.run(name, request_of([resuming(run, "ann", "now")]), **how)


@pytest.fixture(scope="module")
def undisturbed() -> tuple[Pipeline, Run]:
    pipeline = made()
    return pipeline, pipeline.run("one")


@pytest.mark.parametrize("late", [False, True], ids=["at once", "after its work"])
@pytest.mark.parametrize("state", STATES)
def test_a_run_killed_in_a_state_and_resumed_ends_as_if_undisturbed(
    undisturbed: tuple[Pipeline, Run], state: str, late: bool
) -> None:
    pipeline = made()
    killed = pipeline.run("killed", kill=state, late=late)
    assert (killed.status, killed.answers[state]) == ("ABORTED", {})
    again = resumed(pipeline, killed, "resumed")
    assert again.status == "SUCCEEDED"
    assert finished(pipeline, again) == finished(*undisturbed)
    assert set(artifacts(pipeline, "resumed")) == set(artifacts(undisturbed[0], "one"))
    done = [step for step in CACHED if killed.answers.get(step)]
    assert all(again.answers[step][FROM] == "killed" for step in done)
    assert not set(done) & set(steps(pipeline, "resumed"))


def test_data_that_landed_after_the_failure_wait_for_the_next_run(undisturbed: tuple[Pipeline, Run]) -> None:
    pipeline = made()
    killed = pipeline.run("killed", kill="TrainModel")
    pipeline.land("b.csv", days=1, first=8 * 48)
    again = resumed(pipeline, killed, "resumed")
    assert again.answers["Ingest"]["datasets"] == killed.answers["Ingest"]["datasets"]
    assert finished(pipeline, again) == finished(*undisturbed)


def test_a_resumed_run_that_fails_can_be_resumed_too(undisturbed: tuple[Pipeline, Run]) -> None:
    pipeline = made()
    first = pipeline.run("first", {"cutoff": "2020-01-09T00:00:00+00:00"}, kill="RegisterModel", late=True)
    second = resumed(pipeline, first, "second", kill="EvaluateModel")
    third = resumed(pipeline, second, "third")
    assert third.request["resumes"] == ["first", "second"]
    assert third.request["cutoff"] == "2020-01-09T00:00:00+00:00"
    assert third.answers["RegisterModel"]["version"] == 1
    assert pipeline.ports.registry.version("payments", 1).run == "first"


def test_a_resumed_run_says_what_it_resumes() -> None:
    killed = Run("killed", {}, "FAILED", "DataRejected", {"Ingest": {"datasets": {"a": "1"}}, "ValidateData": {}})
    asked = resuming(killed, "ann", "now")
    assert asked.detail == "resumes run killed, which failed in ValidateData: DataRejected"
    assert asked.options == {"datasets": {"a": "1"}, "resumes": ["killed"]}


@pytest.mark.parametrize("status", ["RUNNING", "SUCCEEDED"])
def test_a_run_that_did_not_fail_is_not_resumed(status: str) -> None:
    with pytest.raises(NotResumable, match=f"run one is {status}"):
        resuming(Run("one", {}, status), "ann", "now")
