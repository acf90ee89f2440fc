"""Every path of a release, walked through its states: strategies, verdicts, failures at each state, stops."""

from dataclasses import replace
from typing import Any

import pytest

from roost.domain.evidence import Evidence
from roost.errors import ConcurrentUpdate, SmokeTestFailed
from roost.names import ReleaseStatus, Status, Strategy
from roost.spec import Rollout
from tests.unit.release.conftest import MODEL, ReleaseBench
from tests.unit.release.evidence_of import evidence
from tests.unit.release.state_walker import Fault, States
from tests.unit.release.whole_release import BAD, GOOD, TASKS, Releases


@pytest.fixture
def releases(bench: ReleaseBench) -> Releases:
    return Releases(bench)


def challenger(releases: Releases, canary: Evidence = GOOD) -> int:
    """A champion with all traffic, a second version, and what its canary will show."""
    releases.champion()
    number = releases.bench.add_version([0.3, 0.4])
    releases.judge(canary)
    return number


def record(releases: Releases, name: str) -> Any:
    return releases.bench.registry.release(MODEL, name)


@pytest.mark.parametrize(
    ("request_", "weights", "looks"),
    [
        ({}, [5, 50, 100], 2),
        ({"strategy": "linear", "steps": [25]}, [25, 50, 75, 100], 3),
        ({"strategy": "blue_green"}, [100], 1),
        ({"strategy": "all_at_once"}, [100], 0),
    ],
)
def test_a_good_version_takes_all_traffic_by_each_strategy(
    releases: Releases, request_: dict[str, Any], weights: list[int], looks: int
) -> None:
    number = challenger(releases)
    walk = releases.start("second", version=number, **request_).run()
    assert (walk.status, releases.weights, walk.path.count("JudgeCanary")) == ("SUCCEEDED", weights, looks)
    assert releases.bench.registry.head(MODEL).champion == number
    assert releases.disagreements() == []


@pytest.mark.parametrize(
    ("request_", "weights"),
    [({}, [5, 0]), ({"strategy": "linear", "steps": [25]}, [25, 0]), ({"strategy": "blue_green"}, [100, 0])],
)
def test_a_bad_version_is_taken_back_by_each_strategy_that_judges(
    releases: Releases, request_: dict[str, Any], weights: list[int]
) -> None:
    number = challenger(releases, BAD)
    walk = releases.start("second", version=number, **request_).run()
    assert (walk.status, walk.error, releases.weights) == ("FAILED", "ReleaseRolledBack", weights)
    assert "failed requests" in walk.cause
    assert releases.bench.registry.version(MODEL, number).status is Status.ROLLED_BACK
    assert releases.disagreements() == []


def test_a_canary_without_traffic_is_taken_back_when_its_looks_are_used_up(releases: Releases) -> None:
    walk = releases.start("second", version=challenger(releases, evidence(1))).run()
    assert walk.path.count("JudgeCanary") == releases.rollout.max_looks
    assert "no verdict in time" in walk.cause
    assert releases.disagreements() == []


@pytest.mark.parametrize("late", [False, True], ids=["before its effect", "after its effect"])
@pytest.mark.parametrize("state", TASKS)
def test_a_step_that_dies_leaves_all_in_agreement(releases: Releases, state: str, late: bool) -> None:
    number = challenger(releases)
    walk = releases.start("second", version=number)
    walk.faults[state] = Fault(late)
    walk.run()
    releases.sweep()
    assert releases.disagreements() == []
    finished = state == "FinishRelease" and late
    assert (walk.status == "SUCCEEDED") == finished
    assert (releases.bench.registry.head(MODEL).champion == number) == finished


@pytest.mark.parametrize("state", TASKS)
def test_a_transient_error_is_tried_again_and_nobody_notices(releases: Releases, state: str) -> None:
    walk = releases.start("second", version=challenger(releases))
    walk.faults[state] = Fault(late=True, error=ConcurrentUpdate("the alias moved"))
    assert walk.run().status == "SUCCEEDED"
    assert releases.weights in ([5, 50, 100], [5, 5, 50, 100])
    assert releases.disagreements() == []


@pytest.mark.parametrize("state", ["RestoreTraffic", "RecordRollback", "SettleRelease"])
@pytest.mark.parametrize("late", [False, True])
def test_a_way_back_that_dies_for_good_is_walked_by_the_sweep(releases: Releases, state: str, late: bool) -> None:
    walk = releases.start("second", version=challenger(releases))
    walk.faults["FinishRelease" if state == "SettleRelease" else "JudgeCanary"] = Fault()
    walk.faults[state] = Fault(late, times=99)
    assert walk.run().status == "FAILED"
    releases.sweep()
    assert releases.disagreements() == []


@pytest.mark.parametrize("state", [*TASKS, "WaitForEvidence", "Verdict", "NextStep", "Ordered"])
def test_a_run_that_is_stopped_by_hand_is_swept(releases: Releases, state: str) -> None:
    number = challenger(releases)
    walk = releases.start("second", version=number).run(until=state)
    releases.stop("second")
    releases.sweep()
    assert walk.status == "ABORTED"
    assert releases.disagreements() == []
    if state != "PlanRelease":
        assert record(releases, "second").status is ReleaseStatus.ABORTED
        assert releases.start("again", version=number).run().status == "SUCCEEDED"
        assert releases.disagreements() == []


@pytest.mark.parametrize("state", TASKS)
def test_a_step_that_comes_late_after_the_sweep_moves_nothing(releases: Releases, state: str) -> None:
    """The run was stopped while a function was on its way, and its effect comes when all has been put back."""
    walk = releases.start("second", version=challenger(releases)).run(until=state)
    releases.stop("second")
    releases.sweep()
    walk.status = "RUNNING"
    walk.step()
    walk.status = "ABORTED"
    releases.sweep()
    assert releases.disagreements() == []


def test_a_finish_that_comes_late_finds_the_release_claimed_and_completes_nothing(releases: Releases) -> None:
    """Between the sweep's claim and its way back, the stopped run's FinishRelease does its work."""
    walk = releases.start("second", version=challenger(releases)).run(until="FinishRelease")
    releases.stop("second")
    sweep = releases.sweep(until="RestoreTraffic")
    walk.status = "RUNNING"
    walk.step()
    walk.status = "ABORTED"
    assert walk.data["failure"]["Error"] == "StatusConflict"
    sweep.run()
    assert releases.disagreements() == []


def test_a_smoke_test_that_fails_counts_against_the_version_and_a_dead_judge_does_not(releases: Releases) -> None:
    number = challenger(releases)
    walk = releases.start("second", version=number)
    walk.faults["JudgeCanary"] = Fault()
    walk.run()
    assert record(releases, "second").status is ReleaseStatus.FAILED
    assert releases.bench.registry.version(MODEL, number).status is Status.APPROVED
    walk = releases.start("third", version=number)
    walk.faults["SmokeTest"] = Fault(error=SmokeTestFailed("golden row 1 differs"))
    walk.run()
    assert releases.bench.registry.version(MODEL, number).status is Status.ROLLED_BACK
    assert releases.disagreements() == []


def test_a_judge_that_hangs_is_given_up_and_traffic_restored(releases: Releases) -> None:
    walk = releases.start("second", version=challenger(releases))
    walk.faults["JudgeCanary"] = Fault(times=99, error=States("States.Timeout", "judge"))
    assert walk.run().error == "ReleaseRolledBack"
    assert releases.weights == [5, 0]
    assert releases.disagreements() == []


def test_an_alarm_ends_a_release_whose_judge_says_nothing(releases: Releases) -> None:
    number = challenger(releases, evidence(1, errors=1))
    walk = releases.start("second", version=number).run(until="WaitForEvidence")
    releases.sweep(alarm="roost-test-fraud-failures")
    assert (walk.status, releases.weights) == ("ABORTED", [5, 0])
    assert record(releases, "second").reason == "alarm roost-test-fraud-failures rang"
    assert releases.bench.registry.version(MODEL, number).status is Status.ROLLED_BACK
    assert releases.disagreements() == []


def test_an_alarm_leaves_a_release_alone_whose_version_has_no_traffic_yet(releases: Releases) -> None:
    walk = releases.start("second", version=challenger(releases)).run(until="ShiftTraffic")
    releases.sweep(alarm="roost-test-fraud-failures")
    assert walk.run().status == "SUCCEEDED"


def test_a_sweep_leaves_a_release_alone_that_its_pipeline_drives(releases: Releases) -> None:
    walk = releases.start("second", version=challenger(releases)).run(until="JudgeCanary")
    assert releases.sweep().data["claim"]["claimed"] is False
    assert walk.run().status == "SUCCEEDED"


def test_an_alias_that_somebody_moved_meanwhile_is_left_alone_by_the_way_back(releases: Releases) -> None:
    releases.start("second", version=challenger(releases)).run(until="WaitForEvidence")
    releases.bench.endpoint.published["77"] = {}
    releases.bench.endpoint.shift(replace(releases.bench.endpoint.alias(), primary="77", canary="", weight=0))
    releases.stop("second")
    releases.sweep()
    assert releases.bench.endpoint.alias().primary == "77"
    assert record(releases, "second").status is ReleaseStatus.ABORTED


@pytest.mark.parametrize(
    "rollout", [Rollout(steps=(5, 50), strategy=Strategy.BLUE_GREEN, min_requests=10, max_looks=3)]
)
def test_a_rollback_and_new_code_of_the_champion_keep_it_live(releases: Releases, rollout: Rollout) -> None:
    first = releases.champion()
    before = releases.bench.endpoint.alias().primary
    releases.rollout = rollout
    releases.judge(GOOD)
    walk = releases.start("code", code=True).run()
    assert (walk.status, record(releases, "code").kind, releases.weights) == ("SUCCEEDED", "code", [100])
    assert releases.bench.registry.head(MODEL).champion == first
    assert releases.bench.endpoint.alias().primary != before
    assert releases.disagreements() == []
    assert releases.start("back", rollback_to=first).run().status == "SUCCEEDED"
    assert releases.bench.endpoint.alias().primary == before
    assert releases.disagreements() == []


def test_bad_new_code_is_taken_back_and_the_champion_stays_live(releases: Releases) -> None:
    first = releases.champion()
    releases.judge(BAD)
    assert releases.start("code", code=True).run().error == "ReleaseRolledBack"
    assert releases.bench.registry.version(MODEL, first).status is Status.LIVE
    assert releases.disagreements() == []


def test_new_code_without_a_champion_is_nothing_to_release(releases: Releases) -> None:
    assert releases.start("code", code=True).run().path[-1] == "NothingToRelease"
    assert releases.disagreements() == []
