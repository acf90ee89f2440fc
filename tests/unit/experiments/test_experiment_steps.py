"""The steps of an experiment's life: what moves, what holds the model, and what returns."""

import json
from dataclasses import replace

import pytest

from roost.domain.release import AliasState
from roost.errors import SmokeTestFailed
from roost.experiment_errors import UnknownExperiment
from roost.experiment_names import ExperimentStatus
from roost.names import Status
from roost.workflows.experiment_publishing import publish_arms, smoke_test_arms
from roost.workflows.experiment_recording import record_experiment, record_failure
from roost.workflows.experiment_traffic import return_traffic
from tests.unit.experiments.conftest import MODEL, ExperimentBench


def test_one_function_version_carries_both_packages(bench: ExperimentBench) -> None:
    found = bench.start(share=30)
    alias, holder, statuses = bench.standing()
    variables = bench.endpoint.published[alias.primary]
    arms = json.loads(variables["ROOST_ARMS"])["arms"]
    assert [(name, version, share) for name, version, _, share in arms] == [("a", 1, 0.7), ("b", 2, 0.3)]
    assert variables["ROOST_PACKAGE"] == found.control.package
    assert (found.status, found.function_version, holder) == (ExperimentStatus.RUNNING, alias.primary, "exp")
    assert statuses == {1: Status.LIVE, 2: Status.CANARY}


def test_each_arm_is_tested_and_so_is_the_way_back(bench: ExperimentBench) -> None:
    plan = bench.plan()
    event = {"model": MODEL, "experiment": "exp", "plan": plan}
    event |= publish_arms(event, bench.ports)
    assert smoke_test_arms(event, bench.ports)["golden_rows"] == 3
    wrong = [{**plan["arms"][0]}, {**plan["arms"][1], "package": plan["arms"][0]["package"]}]
    bench.endpoint.handler = lambda _variables, _event: {"scores": [0.1], "package": plan["arms"][0]["package"]}
    with pytest.raises(SmokeTestFailed, match="serves package"):
        smoke_test_arms(event, bench.ports)
    assert smoke_test_arms({**event, "plan": {**plan, "arms": wrong}}, bench.ports)["golden_rows"] == 3


@pytest.mark.parametrize(
    ("action", "status"), [("stop", ExperimentStatus.STOPPED), ("promote", ExperimentStatus.PROMOTED)]
)
def test_an_ended_experiment_leaves_all_as_it_was(
    bench: ExperimentBench, action: str, status: ExperimentStatus
) -> None:
    before = bench.standing()
    bench.start()
    bench.end(action, reason="done", requested_by="eve")
    alias, holder, statuses = bench.standing()
    assert (alias.primary, holder, statuses) == (before[0].primary, *before[1:])
    ended = bench.registry.experiment(MODEL, "exp")
    assert (ended.status, ended.reason) == (status, "done")
    assert bench.registry.audit(MODEL)[-1].actor == "eve"


def test_a_retired_challenger_is_retired_again(bench: ExperimentBench) -> None:
    bench.release(2)
    assert bench.status(1) is Status.RETIRED
    bench.start(a=2, b=1)
    bench.end("stop")
    assert (bench.status(1), bench.status(2)) == (Status.RETIRED, Status.LIVE)


def test_a_release_after_an_experiment_carries_no_arms(bench: ExperimentBench) -> None:
    bench.start()
    bench.end("promote")
    bench.release(2)
    variables = bench.endpoint.published[bench.endpoint.alias().primary]
    assert (variables["ROOST_ARMS"], variables["ROOST_MODEL_VERSION"]) == ("", "2")


def test_new_shares_are_a_new_function_version_with_the_same_salt(bench: ExperimentBench) -> None:
    first = bench.start(share=20)
    bench.later(hours=1)
    bench.serve(bench.ask("reshare", share=40))
    second = bench.registry.experiment(MODEL, "exp")
    assert (second.challenger.share, second.control.share) == (0.4, 0.6)
    assert (second.salt, second.status) == (first.salt, ExperimentStatus.RUNNING)
    assert second.function_version == bench.endpoint.alias().primary != first.function_version
    assert second.shared_at > first.shared_at


def test_repeating_a_step_changes_nothing(bench: ExperimentBench) -> None:
    plan = bench.plan()
    assert bench.plan() == plan
    event = {"model": MODEL, "experiment": "exp", "plan": plan}
    event |= publish_arms(event, bench.ports)
    entries = [record_experiment(event, bench.ports), len(bench.registry.audit(MODEL))]
    assert [record_experiment(event, bench.ports), len(bench.registry.audit(MODEL))] == entries
    bench.end("stop")
    length = len(bench.registry.audit(MODEL))
    stop = {"model": MODEL, "plan": {**plan, "action": "stop", "reason": "again"}}
    record_experiment(stop, bench.ports)
    assert len(bench.registry.audit(MODEL)) == length


def test_an_experiment_that_is_ended_while_it_starts_is_not_recorded_as_running(bench: ExperimentBench) -> None:
    before = bench.standing()
    plan = bench.plan()
    event = {"model": MODEL, "experiment": "exp", "plan": plan}
    event |= publish_arms(event, bench.ports)
    bench.endpoint.shift(AliasState(event["function_version"], bench.endpoint.alias().revision))
    bench.end("stop")
    assert bench.endpoint.alias().primary == before[0].primary
    with pytest.raises(UnknownExperiment, match="has been ended"):
        record_experiment(event, bench.ports)
    failure = {"Error": "UnknownExperiment", "Cause": "{}"}
    record_failure({**event, "failure": failure}, bench.ports)
    assert bench.standing()[1:] == before[1:]


def test_a_late_failure_does_not_take_back_what_a_later_release_has_set(bench: ExperimentBench) -> None:
    plan = bench.plan()
    event = {"model": MODEL, "experiment": "exp", "plan": plan}
    published = publish_arms(event, bench.ports)
    bench.end("stop")
    bench.release(2)
    served = bench.endpoint.alias().primary
    told = return_traffic({**event, "state": {"published": published}}, bench.ports)
    assert (bench.endpoint.alias().primary, told["returned"]) == (served, False)


def test_new_shares_that_fail_leave_the_old_ones(bench: ExperimentBench) -> None:
    first = bench.start(share=20)
    plan = bench.ask("reshare", share=40)
    event = {"model": MODEL, "experiment": "exp", "plan": plan}
    published = publish_arms(event, bench.ports)
    bench.endpoint.shift(AliasState(published["function_version"], bench.endpoint.alias().revision))
    return_traffic({**event, "state": {"published": published}}, bench.ports)
    record_failure({**event, "failure": {"Error": "SmokeTestFailed", "Cause": "{}"}}, bench.ports)
    now = bench.registry.experiment(MODEL, "exp")
    assert bench.endpoint.alias().primary == first.function_version
    assert replace(now, published=first.published) == first
    assert bench.registry.audit(MODEL)[-1].detail["change"] == "shares kept"


def test_what_the_challenger_reads_is_kept_up_to_date(bench: ExperimentBench) -> None:
    from roost.workflows.kept_layouts import Released

    released = Released(bench.registry, bench.packages)
    assert released._numbers(MODEL) == {1}
    bench.start()
    assert released._numbers(MODEL) == {1, 2}
