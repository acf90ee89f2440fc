"""Releases steered and disturbed on the deployed stack: raced, aborted, stopped, rung off, approved, deployed over.

Each release brings new code around the champion's package, so that one trained version serves all. They run after the
story, or alone.
"""

import json
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from math import sqrt
from pathlib import Path
from statistics import NormalDist
from typing import Any

import pytest

from localaws.deploy import deploy
from roost.names import ReleaseStatus
from roost.release_names import ReleaseKind, canary_alarm, sweeping_pipeline
from roost.workflows.release_approval import decide_release
from roost.workflows.release_orders import abort_release, pause_release, resume_release
from tests.e2e.changed_checkout import with_other_scoring_code
from tests.e2e.deployment import MODEL, STAGE, WITH_STREAMS, Deployment, wait_until
from tests.e2e.release_control import Control
from tests.e2e.test_story import FIRST_END, Transactions, landed, requests_of, traffic, transactions

__all__ = ["transactions"]  # the fixture of the story
pytestmark = pytest.mark.e2e

LONG = {"code": True, "steps": [50], "wait_seconds": 86_400}  # scaled, longer than a test: it ends when it is told to
SHARE, ANSWERS, UNLIKELY = 20, 120, 1e-6
PAUSE = 0.1  # a few requests a second: the stores of the embedded AWS share the machine with everything else
ANY_RANK = {"max_rank_shift": 0.5}  # the story leaves features of restated amounts: every version's scores are extreme
QUICK = {"code": True, "steps": [50], "wait_seconds": 20, "min_requests": 20, "guardrails": ANY_RANK}


@pytest.fixture(scope="module")
def control(deployment: Deployment, transactions: Transactions) -> Iterator[Control]:
    """A champion that serves."""
    with pytest.MonkeyPatch.context() as patched:
        for name, value in deployment.environment.items():
            patched.setenv(name, value)
        if deployment.alias()["FunctionVersion"] == "1":
            released = deployment.runs(deployment.releasing)
            deployment.upload("landing/card_transactions/first.csv.gz", landed(transactions, 0, FIRST_END))
            assert deployment.next_run(deployment.releasing, released).status == "SUCCEEDED"
        found = Control(deployment)
        found.in_agreement()
        yield found


@contextmanager
def load(control: Control, transactions: Transactions, told: str = "model_version") -> Iterator[Counter[Any]]:
    """Callers, of whose requests none may fail; counts them by status and what the answer has ``told``."""
    with traffic(control.deployment, requests_of(transactions, FIRST_END), told, PAUSE) as counts:
        yield counts
    assert {status for status, _ in counts} == {200}, counts


def test_of_two_releases_that_race_one_runs_and_the_other_moves_nothing(
    control: Control, transactions: Transactions
) -> None:
    with load(control, transactions):
        runs = [control.start(**QUICK) for _ in range(2)]
        ended = sorted((control.deployment.finished(run) for run in runs), key=lambda run: run.status)
    assert [(run.error, run.status) for run in ended] == [("ReleaseInProgress", "FAILED"), ("", "SUCCEEDED")], ended
    control.in_agreement()


@pytest.mark.parametrize(
    ("request_", "error", "told"),
    [
        ({"code": True, "steps": [50, 5]}, "InvalidReleaseRequest", "must rise"),
        ({"code": True, "guardrails": {"alpha": 0.7}}, "InvalidReleaseRequest", "alpha is 0.7"),
        ({"code": True, "version": 1}, "InvalidReleaseRequest", "exactly one of"),
        ({"code": True, "colour": "red"}, "InvalidReleaseRequest", "'colour'"),
        ({"version": 99}, "UnknownVersion", "99"),
    ],
)
def test_a_bad_request_is_red_by_name_and_moves_nothing(
    control: Control, request_: dict[str, Any], error: str, told: str
) -> None:
    before = control.deployment.alias(), control.registry.head(MODEL), control.registry.releases(MODEL)
    ended = control.deployment.finished(control.start(**request_))
    assert (ended.status, ended.error, told in ended.cause) == ("FAILED", error, True)
    assert (control.deployment.alias(), control.registry.head(MODEL), control.registry.releases(MODEL)) == before


def test_a_release_that_is_aborted_under_load_fails_no_request(control: Control, transactions: Transactions) -> None:
    before = control.deployment.alias()["FunctionVersion"]
    with load(control, transactions):
        run = control.start(**LONG)
        control.shifted()
        abort_release(control.registry, control.runs, MODEL, control.actor("eve"), "wrong data")
        record = control.settled(run)
    assert (record.status, record.reason) == (ReleaseStatus.ABORTED, "aborted by eve: wrong data")
    assert control.deployment.alias()["FunctionVersion"] == before
    control.in_agreement()


def test_a_release_that_is_stopped_in_the_console_is_swept(control: Control) -> None:
    run = control.start(**LONG)
    control.shifted()
    control.states.stop_execution(executionArn=run, cause="by hand")
    record = control.settled(run)
    assert (record.status, "by hand" in record.reason) == (ReleaseStatus.ABORTED, True)
    control.in_agreement()


def test_an_alarm_ends_a_release_whose_judge_has_not_looked_yet(control: Control) -> None:
    run = control.start(**LONG)
    control.shifted()
    cloudwatch, alarm = control.deployment.client("cloudwatch"), canary_alarm(STAGE, MODEL)
    cloudwatch.set_alarm_state(AlarmName=alarm, StateValue="ALARM", StateReason="exercise")
    record = control.settled(run)
    assert (record.status, record.reason) == (ReleaseStatus.ROLLED_BACK, f"alarm {alarm} rang")
    control.in_agreement()


def test_a_paused_canary_keeps_its_share_until_it_is_resumed(control: Control, transactions: Transactions) -> None:
    """Its share of the answers lies within binomial limits, which a sound one leaves once in a million times."""
    with load(control, transactions, told="function_version") as counts:
        run = control.start(**{**QUICK, "steps": [SHARE]})
        ((canary, weight),) = control.shifted().items()
        pause_release(control.registry, MODEL, control.actor("eve"), "month's end")
        looks = lambda: control.deployment._entered(run).count("PausedLook")  # noqa: E731
        wait_until(looks)
        before = Counter(counts)
        wait_until(lambda: sum((counts - before).values()) >= ANSWERS and looks() >= 2)
        answers = counts - before
        assert control.shifted() == {canary: weight} == {canary: SHARE / 100}
        resume_release(control.registry, MODEL, control.actor("eve"), "booked")
        assert control.succeeded(run)
    assert within_limits(answers[200, canary], sum(answers.values()), weight), answers
    control.in_agreement()


def within_limits(seen: int, of: int, share: float) -> bool:
    """Whether a count is one of the likely ones of a binomial, by the normal approximation."""
    return abs(seen - of * share) <= NormalDist().inv_cdf(1 - UNLIKELY / 2) * sqrt(of * share * (1 - share))


def test_a_release_waits_for_its_approval(control: Control, transactions: Transactions) -> None:
    """The pipeline with the policy of a production stage, on this one: the first is rejected, the second approved."""
    before = control.deployment.alias()
    with _asked_by_a_person(control):
        rejected = _waiting(control)
        decide_release(control.registry, control.runs, MODEL, control.actor("bob"), "not today", approved=False)
        record = control.settled(rejected)
        assert (record.status, record.reason) == (ReleaseStatus.ABORTED, "ReleaseRejected: bob: not today")
        assert control.deployment.alias()["FunctionVersion"] == before["FunctionVersion"]
        control.in_agreement()
        run = _waiting(control)
        with load(control, transactions):
            decide_release(control.registry, control.runs, MODEL, control.actor("ann"), "read the card", approved=True)
            assert control.succeeded(run)
        assert control.registry.release(MODEL, run.rpartition(":")[2]).gate["by"] == "ann"
    control.in_agreement()


def _waiting(control: Control) -> str:
    """A release that waits for a person; its ARN."""
    run = control.start(**QUICK)
    wait_until(lambda: control.registry.head(MODEL).active_release)
    wait_until(lambda: control.registry.release(MODEL, run.rpartition(":")[2]).gate)
    return run


@contextmanager
def _asked_by_a_person(control: Control) -> Iterator[None]:
    machine, states = control.deployment.releasing, control.states
    deployed = states.describe_state_machine(stateMachineArn=machine)["definition"]
    states.update_state_machine(stateMachineArn=machine, definition=json.dumps(_asking(json.loads(deployed))))
    try:
        yield
    finally:
        states.update_state_machine(stateMachineArn=machine, definition=deployed)


def _asking(definition: dict[str, Any]) -> dict[str, Any]:
    definition["States"]["PlanRelease"]["Parameters"]["rollout"]["approval"] = "manual"
    return definition


def test_a_deployment_in_the_middle_of_a_release_waits_for_its_end_and_then_its_code_is_released(
    control: Control, transactions: Transactions, tmp_path: Path
) -> None:
    changed = with_other_scoring_code(tmp_path)
    with load(control, transactions):
        run = control.start(**QUICK)
        before, known = control.shifted(), control.deployment.runs(control.deployment.releasing)
        pause_release(control.registry, MODEL, control.actor("eve"), "a deployment is due")
        deploy(control.deployment.emulator, STAGE, changed, extra_args=WITH_STREAMS)
        assert control.shifted() == before
        wait_until(lambda: control.registry.head(MODEL).queued_release)
        resume_release(control.registry, MODEL, control.actor("eve"), "deployed")
        assert control.succeeded(run)
        (queued,) = wait_until(lambda: set(control.deployment.runs(control.deployment.releasing)) - {*known, run})
        after = control.shifted()
        abort_release(control.registry, control.runs, MODEL, control.actor("eve"), "seen")
        record = control.settled(queued)
    assert (record.kind, record.requested_by) == (ReleaseKind.CODE, "deployment")
    assert (set(before), set(after)) == ({record.previous_function_version}, {record.function_version})
    control.in_agreement()


def test_no_sweep_of_all_that_failed(control: Control) -> None:
    sweeps = control.deployment.pipeline(sweeping_pipeline, MODEL)
    ended = [control.deployment.finished(run) for run in control.deployment.runs(sweeps)]
    assert {(run.status, run.error) for run in ended} == {("SUCCEEDED", "")}
