"""What people order: approve, reject, pause, resume, abort, queue. Refused orders move nothing."""

import contextlib
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from roost.domain.registry import Actor
from roost.errors import ReleaseInProgress
from roost.names import Approval, ReleaseStatus, Status
from roost.release_errors import (
    AlreadyDecided,
    ApprovalExpired,
    ApprovalNotAsked,
    NotPermitted,
    ReleaseNotRunning,
)
from roost.spec import Rollout
from roost.workflows.release_approval import decide_release
from roost.workflows.release_orders import abort_release, pause_release, resume_release
from roost.workflows.release_queue import LONGEST_WAIT
from tests.unit.release.conftest import MODEL, ReleaseBench
from tests.unit.release.state_walker import Fault, States, Walk
from tests.unit.release.test_release_paths import challenger, record
from tests.unit.release.whole_release import BAD, GOOD, Releases

ASKING = Rollout(steps=(5, 50), min_requests=10, max_looks=3, approval=Approval.MANUAL)


@pytest.fixture
def releases(bench: ReleaseBench) -> Releases:
    return Releases(bench)


@pytest.fixture
def asking(releases: Releases) -> Walk:
    """A release that waits for an approval."""
    number = challenger(releases)
    releases.rollout = ASKING
    walk = releases.start("second", version=number).run()
    assert (walk.at, walk.waits) == ("WaitForApproval", True)
    return walk


def by(releases: Releases, name: str = "ann") -> Actor:
    return Actor(name, releases.clock.now())


def decide(releases: Releases, approved: bool = True, name: str = "ann", why: str = "seen") -> Any:
    return decide_release(releases.bench.registry, releases.runs, MODEL, by(releases, name), why, approved)


def refused(releases: Releases, error: type[Exception], act: Callable[[], Any], told: str = "fraud") -> None:
    """The act raises, and neither registry nor alias has moved."""
    registry, endpoint = releases.bench.registry, releases.bench.endpoint
    before = registry.head(MODEL), registry.releases(MODEL), endpoint.alias()
    with pytest.raises(error, match=told):
        act()
    assert (registry.head(MODEL), registry.releases(MODEL), endpoint.alias()) == before


def test_an_approved_release_goes_on_and_says_who_and_why(releases: Releases, asking: Walk) -> None:
    decide(releases, why="read the card")
    assert asking.run().status == "SUCCEEDED"
    gate = record(releases, "second").gate
    assert (gate["state"], gate["by"], gate["reason"]) == ("approved", "ann", "read the card")
    told = [(entry.action, entry.actor) for entry in releases.bench.registry.audit(MODEL)]
    assert ("ask approval", "release pipeline") in told
    assert ("approve", "ann") in told
    assert "token" not in str([entry.detail for entry in releases.bench.registry.audit(MODEL)])
    assert releases.disagreements() == []


def test_a_rejected_release_moves_no_traffic_and_its_version_may_come_again(releases: Releases, asking: Walk) -> None:
    decide(releases, approved=False, why="wait for the audit")
    assert asking.run().error == "ReleaseAborted"
    assert "ann: wait for the audit" in asking.cause
    assert releases.weights == [0]
    assert releases.bench.registry.version(MODEL, 2).status is Status.APPROVED
    assert releases.disagreements() == []


def test_a_release_that_nobody_approves_expires(releases: Releases, asking: Walk) -> None:
    asking.token = ""
    asking.faults["WaitForApproval"] = Fault(times=9, error=States("States.Timeout", ""))
    releases.clock.time += timedelta(hours=25)
    assert asking.run().error == "ReleaseAborted"
    assert asking.cause == "ApprovalExpired: nobody decided within 24 hours"
    assert releases.disagreements() == []
    refused(releases, ReleaseNotRunning, lambda: decide(releases))


def test_a_decision_after_its_time_is_refused_before_the_run_has_noticed(releases: Releases, asking: Walk) -> None:
    releases.clock.time += timedelta(hours=25)
    refused(releases, ApprovalExpired, lambda: decide(releases), "waited until")
    assert asking.waits


@pytest.mark.parametrize(("approved", "name"), [(False, "ann"), (True, "bob"), (False, "bob")])
def test_a_second_decision_is_refused(releases: Releases, asking: Walk, approved: bool, name: str) -> None:
    decide(releases)
    refused(releases, AlreadyDecided, lambda: decide(releases, approved, name), "approved by ann")
    assert asking.run().status == "SUCCEEDED"


def test_a_decision_that_was_written_and_never_told_is_told_when_it_is_repeated(
    releases: Releases, asking: Walk
) -> None:
    decide(releases)
    ((token, _),) = releases.runs.answers.items()
    releases.runs.answers.clear()
    releases.runs.waiting.add(token)
    decide(releases)
    assert asking.run().status == "SUCCEEDED"


def test_who_may_not_answer_the_run_decides_nothing(releases: Releases, asking: Walk) -> None:
    releases.runs.permitted = False
    with pytest.raises(NotPermitted):
        decide(releases, name="mallory")
    assert (asking.waits, record(releases, "second").gate["state"]) == (True, "waiting")
    releases.runs.permitted = True
    decide(releases)
    assert asking.run().status == "SUCCEEDED"
    assert record(releases, "second").gate["by"] == "ann"


def test_a_release_that_asks_nobody_cannot_be_approved(releases: Releases) -> None:
    releases.start("second", version=challenger(releases)).run(until="JudgeCanary")
    refused(releases, ApprovalNotAsked, lambda: decide(releases))


@pytest.mark.parametrize(
    "order",
    [
        decide,
        lambda releases: pause_release(releases.bench.registry, MODEL, by(releases), "why"),
        lambda releases: resume_release(releases.bench.registry, MODEL, by(releases), "why"),
        lambda releases: abort_release(releases.bench.registry, releases.runs, MODEL, by(releases), "why"),
    ],
)
def test_without_a_release_there_is_nothing_to_order(releases: Releases, order: Callable[[Releases], Any]) -> None:
    releases.champion()
    refused(releases, ReleaseNotRunning, lambda: order(releases), "roost releases list fraud")


def test_an_approved_or_rolled_back_version_asks_nobody(releases: Releases) -> None:
    first = challenger(releases) - 1
    assert releases.start("second", version=2).run().status == "SUCCEEDED"
    releases.rollout = ASKING
    assert releases.start("back", rollback_to=first).run().status == "SUCCEEDED"


def test_a_paused_canary_keeps_its_weight_until_it_is_resumed(releases: Releases) -> None:
    walk = releases.start("second", version=challenger(releases)).run(until="JudgeCanary")
    pause_release(releases.bench.registry, MODEL, by(releases), "month's end")
    for _ in range(30):
        walk.step()
    assert (releases.weights, walk.status) == ([5], "RUNNING")
    assert walk.path.count("JudgeCanary") > releases.rollout.max_looks
    resume_release(releases.bench.registry, MODEL, by(releases), "booked")
    assert (walk.run().status, releases.weights) == ("SUCCEEDED", [5, 50, 100])
    assert releases.disagreements() == []


def test_a_release_that_is_paused_before_its_first_step_waits_without_traffic(releases: Releases) -> None:
    walk = releases.start("second", version=challenger(releases)).run(until="SmokeTest")
    pause_release(releases.bench.registry, MODEL, by(releases), "not yet")
    for _ in range(12):
        walk.step()
    assert (releases.weights, walk.path[-1]) in (([], "WaitUntouched"), ([], "ReadOrders"), ([], "Ordered"))
    resume_release(releases.bench.registry, MODEL, by(releases), "now")
    assert walk.run().status == "SUCCEEDED"


def test_a_paused_canary_that_proves_bad_is_taken_back(releases: Releases) -> None:
    walk = releases.start("second", version=challenger(releases)).run(until="JudgeCanary")
    pause_release(releases.bench.registry, MODEL, by(releases), "month's end")
    for _ in range(9):
        walk.step()
    releases.judge(BAD)
    assert (walk.run().error, releases.weights) == ("ReleaseRolledBack", [5, 0])
    assert releases.disagreements() == []


def test_a_pause_that_nobody_ends_ends_the_release(releases: Releases) -> None:
    walk = releases.start("second", version=challenger(releases)).run(until="JudgeCanary")
    pause_release(releases.bench.registry, MODEL, by(releases), "month's end", hours=99)
    releases.clock.time += timedelta(hours=13)
    assert walk.run().error == "ReleaseAborted"
    assert "paused by ann until 2026-01-01T12" in walk.cause
    assert releases.disagreements() == []


def test_pausing_twice_and_resuming_what_runs_is_refused(releases: Releases) -> None:
    releases.start("second", version=challenger(releases)).run(until="JudgeCanary")
    registry = releases.bench.registry
    refused(releases, ReleaseNotRunning, lambda: resume_release(registry, MODEL, by(releases), "x"), "not paused")
    pause_release(registry, MODEL, by(releases), "y")
    refused(releases, ReleaseNotRunning, lambda: pause_release(registry, MODEL, by(releases), "z"), "by ann")


@pytest.mark.parametrize("state", ["PublishVersion", "SmokeTest", "ShiftTraffic", "JudgeCanary", "FinishRelease"])
@pytest.mark.parametrize("stopped", [True, False], ids=["stopped", "found at the next step"])
def test_an_aborted_release_ends_wherever_it_is(releases: Releases, state: str, stopped: bool) -> None:
    walk = releases.start("second", version=challenger(releases)).run(until=state)
    runs = releases.runs_now()
    runs.permitted = stopped
    with contextlib.suppress(NotPermitted):
        abort_release(releases.bench.registry, runs, MODEL, by(releases, "bob"), "wrong data")
    runs.permitted = True
    if stopped:
        releases.sweep()
    else:
        walk.run()
    completed = state == "FinishRelease" and not stopped
    assert releases.disagreements() == []
    if not completed:
        found = record(releases, "second")
        assert (found.status, found.reason) == (ReleaseStatus.ABORTED, "aborted by bob: wrong data")
        assert releases.bench.registry.version(MODEL, 2).status is Status.APPROVED


def test_an_abort_that_could_not_stop_the_run_is_carried_out_by_the_sweep(releases: Releases) -> None:
    walk = releases.start("second", version=challenger(releases)).run(until="WaitForEvidence")
    runs = releases.runs_now()
    runs.permitted = False
    with pytest.raises(NotPermitted):
        abort_release(releases.bench.registry, runs, MODEL, by(releases), "wrong data")
    runs.permitted = True
    releases.sweep()
    assert (walk.status, releases.weights) == ("ABORTED", [5, 0])
    assert releases.disagreements() == []


def test_a_release_that_waits_for_approval_can_be_aborted(releases: Releases, asking: Walk) -> None:
    abort_release(releases.bench.registry, releases.runs_now(), MODEL, by(releases), "no")
    releases.sweep()
    assert asking.status == "ABORTED"
    assert releases.disagreements() == []


def test_a_second_release_is_refused_by_default(releases: Releases) -> None:
    releases.start("second", version=challenger(releases)).run(until="JudgeCanary")
    third = releases.bench.add_version([0.5, 0.6])
    walk = releases.start("third", version=third).run()
    assert (walk.status, walk.error) == ("FAILED", ReleaseInProgress.__name__)
    assert "second" in walk.cause
    assert [release.identifier for release in releases.bench.registry.releases(MODEL)] == ["first", "second"]


def test_a_queued_release_waits_for_its_turn_and_the_newest_wins(releases: Releases) -> None:
    second = releases.start("second", version=challenger(releases)).run(until="JudgeCanary")
    waiting = [
        releases.start(name, version=releases.bench.add_version([0.5, 0.6]), on_conflict="queue").run(
            until="WaitForTurn"
        )
        for name in ("third", "fourth")
    ]
    assert releases.bench.registry.head(MODEL).queued_release == "fourth"
    third = waiting[0].run()
    assert (third.error, third.cause) == (
        "ReleaseSuperseded",
        "release third of fraud is superseded by fourth (version 4)",
    )
    assert second.run().status == "SUCCEEDED"
    releases.judge(GOOD)
    assert waiting[1].run().status == "SUCCEEDED"
    assert releases.bench.registry.head(MODEL).champion == 4
    assert record(releases, "third").status is ReleaseStatus.SUPERSEDED
    assert releases.disagreements() == []


def test_a_queued_release_waits_no_longer_than_it_may_and_leaves_the_queue(releases: Releases) -> None:
    releases.start("second", version=challenger(releases)).run(until="JudgeCanary")
    third = releases.start("third", version=releases.bench.add_version([0.5, 0.6]), on_conflict="queue")
    third.run(until="WaitForTurn")
    releases.clock.time += LONGEST_WAIT
    assert third.run().error == "QueueTimedOut"
    releases.sweep()
    assert releases.bench.registry.head(MODEL).queued_release == ""
    assert record(releases, "third").status is ReleaseStatus.ABORTED


def test_a_queued_release_can_be_aborted_while_the_other_goes_on(releases: Releases) -> None:
    second = releases.start("second", version=challenger(releases)).run(until="JudgeCanary")
    third = releases.start("third", version=releases.bench.add_version([0.5, 0.6]), on_conflict="queue")
    third.run(until="WaitForTurn")
    abort_release(releases.bench.registry, releases.runs_now(), MODEL, by(releases), "no", "third")
    releases.runs_now()
    assert (third.status, record(releases, "third").status) == ("ABORTED", ReleaseStatus.ABORTED)
    assert second.run().status == "SUCCEEDED"
    assert releases.disagreements() == []
