"""The release pipeline's steps, one after the other, over in-memory ports."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from roost.domain.audit_log import first_broken_link
from roost.errors import (
    InvalidReleaseRequest,
    ReleaseInProgress,
    SmokeTestFailed,
    TrafficMovedElsewhere,
    UnknownVersion,
    VersionNotApproved,
)
from roost.names import ReleaseStatus, Status
from roost.workflows.judging import judge_canary
from roost.workflows.release_ending import finish_release, record_rollback, rollback_reason
from roost.workflows.smoke_testing import smoke_test
from roost.workflows.traffic import restore_traffic
from tests.unit.release.conftest import MODEL, ReleaseBench
from tests.unit.release.evidence_of import evidence


def released(bench: ReleaseBench, scores: list[float], name: str) -> int:
    """Release a new version to all traffic."""
    number = bench.add_version(scores)
    event = bench.begin(name, version=number)
    bench.shift(event, len(event["plan"]["steps"]) - 1)
    finish_release(event, bench.ports)
    return number


def test_a_first_release_becomes_champion_with_all_traffic(bench: ReleaseBench) -> None:
    number = released(bench, [0.1, 0.2], "first")
    head = bench.registry.head(MODEL)
    assert (head.champion, head.active_release) == (number, "")
    assert bench.registry.version(MODEL, number).status is Status.LIVE
    assert bench.endpoint.alias().primary == bench.registry.release(MODEL, "first").function_version
    assert bench.endpoint.alias().canary == ""


def test_a_canary_takes_its_share_then_replaces_the_champion(bench: ReleaseBench) -> None:
    first = released(bench, [0.1, 0.2], "first")
    second = bench.add_version([0.3, 0.4])
    event = bench.begin("second", version=second)
    traffic = bench.shift(event, 0)
    assert (bench.endpoint.alias().weight, traffic["weight"], traffic["judge"]) == (5, 5, True)
    assert bench.endpoint.alias().primary == event["plan"]["previous_function_version"]
    last = bench.shift(event, 2)
    assert (last["judge"], bench.endpoint.alias().weight) == (False, 0)
    finish_release(event, bench.ports)
    statuses = {version.number: version.status for version in bench.registry.versions(MODEL)}
    assert statuses == {first: Status.RETIRED, second: Status.LIVE}
    assert bench.registry.head(MODEL).previous == first


def test_the_judge_advances_holds_and_rolls_back_on_evidence(bench: ReleaseBench) -> None:
    released(bench, [0.1, 0.2], "first")
    event = bench.begin("second", version=bench.add_version([0.3, 0.4]))
    traffic = bench.shift(event, 0)
    look: dict[str, Any] = {**event, "traffic": traffic, "look": 0}
    bench.evidence.by_version[traffic["primary"]] = evidence(200)
    first = judge_canary(look, bench.ports)
    assert (first["decision"], first["look"]) == ("hold", 1)
    bench.evidence.by_version[traffic["canary"]] = evidence(20)
    assert judge_canary({**look, **carried(first)}, bench.ports)["decision"] == "advance"
    bench.evidence.by_version[traffic["canary"]] = evidence(200, rank=0.05)
    verdict = judge_canary({**look, **carried(first)}, bench.ports)
    assert (verdict["decision"], verdict["look"]) == ("roll_back", 2)
    assert "shift of the scores" in verdict["reason"]


def carried(answer: dict[str, Any]) -> dict[str, Any]:
    """What the state machine carries from look to look, as JSON."""
    return json.loads(json.dumps({"look": answer["look"], "ledger": answer["ledger"]}))


def test_each_step_needs_requests_of_its_own_and_keeps_the_evidence_of_the_steps_before(bench: ReleaseBench) -> None:
    released(bench, [0.1, 0.2], "first")
    event = bench.begin("second", version=bench.add_version([0.3, 0.4]))
    traffic = bench.shift(event, 0)
    bench.evidence.by_version |= {traffic["primary"]: evidence(200), traffic["canary"]: evidence(12, errors=2)}
    first = judge_canary({**event, "traffic": traffic, "look": 1}, bench.ports)
    bench.clock.time += timedelta(minutes=1)
    later = {**event, "traffic": bench.shift(event, 1), "look": 0, "ledger": first["ledger"]}
    bench.evidence.by_version |= {traffic["primary"]: evidence(230), traffic["canary"]: evidence(21, errors=2)}
    second = judge_canary(later, bench.ports)
    assert (second["decision"], second["requests"]) == ("hold", {"canary": 21, "live": 230, "step": 9})
    assert second["ledger"]["since"] == traffic["since"]
    bench.evidence.by_version |= {traffic["primary"]: evidence(260), traffic["canary"]: evidence(45, errors=20)}
    third = judge_canary({**later, **carried(second)}, bench.ports)
    assert (third["decision"], third["requests"]["step"]) == ("roll_back", 33)
    values = [answer["guardrails"][0]["e_value"] for answer in (first, second, third)]
    assert values[1] < values[0] < values[2]  # nine requests without a failure speak for the canary


def test_a_rollback_returns_all_traffic_and_says_why(bench: ReleaseBench) -> None:
    first = released(bench, [0.1, 0.2], "first")
    bad = bench.add_version([0.3, 0.4])
    event = bench.begin("bad", version=bad)
    bench.shift(event, 1)
    assert restore_traffic(event, bench.ports)["primary"] == event["plan"]["previous_function_version"]
    record_rollback({**event, "state": {"verdict": {"reason": "scores shifted"}}}, bench.ports)
    assert (bench.endpoint.alias().canary, bench.endpoint.alias().weight) == ("", 0)
    assert bench.registry.version(MODEL, bad).status is Status.ROLLED_BACK
    release = bench.registry.release(MODEL, "bad")
    assert (release.status, release.reason) == (ReleaseStatus.ROLLED_BACK, "scores shifted")
    assert bench.registry.head(MODEL).champion == first
    assert bench.registry.head(MODEL).active_release == ""


def test_an_earlier_version_comes_back_without_being_published_again(bench: ReleaseBench) -> None:
    first = released(bench, [0.1, 0.2], "first")
    released(bench, [0.3, 0.4], "second")
    served = bench.registry.release(MODEL, "first").function_version
    event = bench.begin("back", rollback_to=first)
    assert (event["function_version"], event["plan"]["steps"]) == (served, [100])
    bench.shift(event, 0)
    finish_release(event, bench.ports)
    assert bench.endpoint.alias().primary == served
    assert bench.registry.head(MODEL).champion == first


def test_rolling_back_to_a_version_that_never_served_is_refused(bench: ReleaseBench) -> None:
    released(bench, [0.1, 0.2], "first")
    number = bench.add_version([0.3, 0.4])
    with pytest.raises(InvalidReleaseRequest, match="never served"):
        bench.begin("back", rollback_to=number)
    assert bench.registry.head(MODEL).active_release == ""


def test_one_release_per_model_at_a_time(bench: ReleaseBench) -> None:
    bench.begin("one", version=bench.add_version([0.1, 0.2]))
    with pytest.raises(ReleaseInProgress, match="one"):
        bench.begin("two", version=bench.add_version([0.3, 0.4]))


def test_an_unapproved_version_is_refused_and_nothing_changes(bench: ReleaseBench) -> None:
    number = bench.add_version([0.1, 0.2], approved=False)
    before = bench.registry.head(MODEL)
    with pytest.raises(VersionNotApproved, match="candidate"):
        bench.begin("one", version=number)
    assert bench.registry.head(MODEL) == before
    assert bench.registry.releases(MODEL) == []


def test_an_unknown_version_is_refused(bench: ReleaseBench) -> None:
    with pytest.raises(UnknownVersion, match="no version 9"):
        bench.begin("one", version=9)


def test_a_version_that_scores_otherwise_than_its_package_fails_the_smoke_test(bench: ReleaseBench) -> None:
    event = bench.begin("one", version=bench.add_version([0.1, 0.2]))
    bench.endpoint.handler = lambda variables, _: {"scores": [0.1, 0.21], "package": variables["ROOST_PACKAGE"]}
    with pytest.raises(SmokeTestFailed, match="golden row 1"):
        smoke_test(event, bench.ports)


def test_a_version_that_serves_another_package_fails_the_smoke_test(bench: ReleaseBench) -> None:
    event = bench.begin("one", version=bench.add_version([0.1, 0.2]))
    bench.endpoint.handler = lambda _variables, _: {"scores": [0.1, 0.2], "package": "other"}
    with pytest.raises(SmokeTestFailed, match="serves package other"):
        smoke_test(event, bench.ports)


def test_a_nan_score_fails_the_smoke_test(bench: ReleaseBench) -> None:
    event = bench.begin("one", version=bench.add_version([0.1, 0.2]))
    bench.endpoint.handler = lambda v, _: {"scores": [0.1, float("nan")], "package": v["ROOST_PACKAGE"]}
    with pytest.raises(SmokeTestFailed, match="golden row 1"):
        smoke_test(event, bench.ports)


def test_traffic_that_somebody_else_moved_is_left_alone(bench: ReleaseBench) -> None:
    event = bench.begin("one", version=bench.add_version([0.1, 0.2]))
    bench.endpoint.published["77"] = {}
    bench.endpoint.shift(replace(bench.endpoint.alias(), primary="77"))
    with pytest.raises(TrafficMovedElsewhere, match="77"):
        bench.shift(event, 0)
    assert bench.endpoint.alias().primary == "77"


def test_the_reason_of_an_error_is_its_message_not_its_trace() -> None:
    caught = {"Error": "SmokeTestFailed", "Cause": '{"errorMessage": "row 3 differs", "stackTrace": []}'}
    assert rollback_reason({"failure": caught}) == "SmokeTestFailed: row 3 differs"
    assert rollback_reason({"failure": {"Error": "States.Timeout", "Cause": ""}}) == "States.Timeout: "


def test_every_move_is_in_an_unbroken_audit_log(bench: ReleaseBench) -> None:
    released(bench, [0.1, 0.2], "first")
    entries = bench.registry.audit(MODEL)
    assert [entry.action for entry in entries] == ["register", "move", "release", "progress", "complete"]
    assert first_broken_link(entries) is None
