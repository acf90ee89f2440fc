"""The verdict on a canary, look by look."""

import json
from dataclasses import replace
from typing import Any

import pytest

from roost.domain.evidence import Evidence, Signal
from roost.domain.guardrail_bounds import Advance, GuardrailBounds, OnTimeout
from roost.domain.release import Guardrail, Verdict
from roost.domain.sequential import Tally
from roost.domain.verdict import Look, judge
from roost.names import Decision
from tests.unit.release.evidence_of import evidence, share

BOUNDS = GuardrailBounds(max_error_share=0.02, max_latency_ratio=3.0, max_rank_shift=0.15)
NON_INFERIOR = replace(BOUNDS, advance=Advance.NON_INFERIOR)
LIVE = evidence(2000)


def look(canary: Evidence, live: Evidence | None = LIVE, left: int = 5, requests: int | None = None) -> Look:
    return Look(canary, live, canary.requests if requests is None else requests, needed=50, left=left)


def verdict(canary: Evidence, live: Evidence | None = LIVE, bounds: GuardrailBounds = BOUNDS, left: int = 5) -> Verdict:
    return judge(bounds, look(canary, live, left))


def crossed(found: Verdict) -> list[str]:
    return [guardrail.name for guardrail in found.guardrails if not guardrail.holds]


def named(found: Verdict, name: str) -> Guardrail:
    return next(guardrail for guardrail in found.guardrails if guardrail.name == name)


def test_a_canary_like_live_advances() -> None:
    found = verdict(evidence(100))
    assert found.decision is Decision.ADVANCE
    assert found.reason == "no guardrail is crossed after 100 requests in this step"
    assert [guardrail.name for guardrail in found.guardrails] == [
        "error_share", "slow_share", "latency_ratio", "invalid_share", "rank_shift", "rank_extreme",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("canary", "names"),
    [
        (evidence(200, errors=40), ["error_share"]),
        (evidence(200, slow=80), ["slow_share"]),
        (evidence(200, invalid=30), ["invalid_share"]),
        (evidence(400, milliseconds=300.0), ["latency_ratio"]),
        (evidence(400, rank=0.15), ["rank_shift"]),
        (evidence(400, rank=0.85), ["rank_shift"]),
        (evidence(400, rank=0.99), ["rank_shift", "rank_extreme"]),
    ],
)
def test_each_guardrail_alone_rolls_back(canary: Evidence, names: list[str]) -> None:
    found = verdict(canary)
    assert found.decision is Decision.ROLL_BACK
    assert crossed(found) == names


@pytest.mark.parametrize(
    "canary",
    [evidence(400, errors=8), evidence(400, milliseconds=29.9), evidence(400, rank=0.64), evidence(400, slow=16)],
)
def test_a_canary_within_its_margins_advances(canary: Evidence) -> None:
    assert verdict(canary).decision is Decision.ADVANCE


def test_a_fault_that_live_shares_is_not_the_canarys() -> None:
    live = evidence(2000, errors=600, slow=900, milliseconds=400.0, rank=0.8)
    assert verdict(evidence(200, errors=60, slow=90, milliseconds=400.0, rank=0.8), live).decision is Decision.ADVANCE


def test_scores_that_are_all_extreme_are_not_excused_by_live() -> None:
    live = evidence(2000, rank=0.89)
    assert verdict(evidence(400, rank=0.89), live).decision is Decision.ADVANCE
    assert crossed(verdict(evidence(400, rank=0.99), live)) == ["rank_extreme"]


def test_a_difference_that_the_offline_evaluation_found_is_expected() -> None:
    canary = evidence(400, rank=0.75)
    assert crossed(verdict(canary)) == ["rank_shift"]
    assert crossed(verdict(canary, bounds=replace(BOUNDS, rank_difference=0.2))) == []


def test_harm_that_is_plain_needs_no_minimum() -> None:
    found = verdict(evidence(30, errors=30))
    assert found.decision is Decision.ROLL_BACK
    assert crossed(found) == ["error_share"]


def test_harm_that_may_be_chance_is_waited_for_and_never_rolls_back() -> None:
    canary = evidence(60, errors=3)
    held = verdict(canary)
    assert (held.decision, "error_share" in held.reason) == (Decision.HOLD, True)
    assert verdict(canary, left=0).decision is Decision.ADVANCE


@pytest.mark.parametrize("on_timeout", OnTimeout)
def test_silence_rolls_back_when_the_looks_are_used_up(on_timeout: OnTimeout) -> None:
    bounds = replace(BOUNDS, on_timeout=on_timeout)
    assert verdict(evidence(3), bounds=bounds).decision is Decision.HOLD
    found = verdict(evidence(3), bounds=bounds, left=0)
    assert found.decision is Decision.ROLL_BACK
    assert found.reason == "no verdict in time: 3 of 50 requests needed"
    assert verdict(Evidence(), bounds=bounds, left=0).decision is Decision.ROLL_BACK


def test_non_inferiority_asks_for_more_than_the_absence_of_harm() -> None:
    found = verdict(evidence(100), bounds=NON_INFERIOR)
    assert found.decision is Decision.HOLD
    assert "not shown to be within the margin: error_share" in found.reason
    many = verdict(evidence(2_000), evidence(4_000), NON_INFERIOR)
    assert many.decision is Decision.ADVANCE
    assert all(guardrail.within for guardrail in many.guardrails)


@pytest.mark.parametrize(
    ("on_timeout", "decision"), [(OnTimeout.ROLL_BACK, Decision.ROLL_BACK), (OnTimeout.ADVANCE, Decision.ADVANCE)]
)
def test_what_was_not_shown_in_time_ends_as_declared(on_timeout: OnTimeout, decision: Decision) -> None:
    assert verdict(evidence(100), bounds=replace(NON_INFERIOR, on_timeout=on_timeout), left=0).decision is decision


def test_alone_at_all_traffic_it_is_judged_against_fixed_bounds() -> None:
    found = verdict(evidence(400), live=None)
    assert found.decision is Decision.ADVANCE
    assert "latency_ratio" not in [guardrail.name for guardrail in found.guardrails]
    assert crossed(verdict(evidence(200, errors=60), live=None)) == ["error_share"]
    assert crossed(verdict(evidence(400, rank=0.01), live=None)) == ["rank_shift", "rank_extreme"]


def test_a_signal_that_one_version_does_not_measure_is_not_judged() -> None:
    old = Evidence({Signal.ERRORS: share(2000, 0)})
    assert [guardrail.name for guardrail in verdict(evidence(200), old).guardrails] == ["error_share", "rank_extreme"]


def test_outcomes_are_judged_where_they_are_known() -> None:
    told = {Signal.OUTCOME: share(300, 150)}, {Signal.OUTCOME: share(3000, 150)}
    canary, live = (Evidence({**each.tallies, **more}) for each, more in zip((evidence(300), LIVE), told, strict=True))
    assert crossed(verdict(canary, live)) == ["outcome_rise"]


def test_alpha_is_shared_and_a_smaller_one_asks_for_more() -> None:
    canary = evidence(60, errors=12)
    sure, surer = (verdict(canary, bounds=replace(BOUNDS, alpha=alpha)) for alpha in (0.01, 1e-9))
    assert named(sure, "error_share").bound == pytest.approx(700)
    assert (crossed(sure), crossed(surer)) == (["error_share"], [])


def test_the_reason_states_numbers_interval_margin_and_e_value() -> None:
    found = verdict(evidence(200, errors=40), evidence(2000, errors=20))
    shown = named(found, "error_share")
    assert found.reason == shown.reason
    assert found.reason.startswith("share of failed requests is 0.2, live 0.01; difference 0.19 (")
    assert "0.02 allowed; e-value " in found.reason
    low, high = shown.interval
    assert 0 < low < shown.difference < high
    assert shown.e_value > shown.bound


def test_latency_is_told_as_a_ratio() -> None:
    shown = named(verdict(evidence(400, milliseconds=300.0)), "latency_ratio")
    assert (shown.canary, shown.live) == pytest.approx((300, 10))
    assert (shown.difference, shown.margin) == pytest.approx((30, 3))


def after(ledger: dict[str, Any] | None, canary: Evidence, live: Evidence | None = LIVE) -> Verdict:
    return judge(BOUNDS, look(canary, live), ledger)


def test_looking_again_at_the_same_sums_changes_nothing() -> None:
    first = after(None, evidence(60, errors=5))
    again = after(json.loads(json.dumps(first.ledger)), evidence(60, errors=5))
    assert again == first


def test_evidence_of_several_looks_is_multiplied() -> None:
    first = after(None, evidence(40, errors=3), evidence(800))
    second = after(dict(first.ledger), evidence(90, errors=7), evidence(1800))
    assert named(second, "error_share").e_value > 3 * named(first, "error_share").e_value
    assert crossed(second) == []
    assert crossed(after(dict(second.ledger), evidence(300, errors=40), evidence(6000))) == ["error_share"]


def test_a_rate_that_rises_for_both_while_weights_change_is_not_the_canarys() -> None:
    """Pooled, the canary fails at 27 percent and live at 5: all of it the hour's doing, not the canary's."""
    ledger = after(None, evidence(100, errors=1), evidence(1900, errors=19)).ledger
    found = after(dict(ledger), evidence(1100, errors=301), evidence(2200, errors=109))
    assert crossed(found) == []
    assert named(found, "error_share").difference == pytest.approx(0, abs=0.005)


def test_sums_that_are_not_whole_yet_wait_for_the_next_look() -> None:
    """CloudWatch may show a metric's sum before its count: nothing is judged, and nothing lost."""
    late = Evidence({**evidence(60).tallies, Signal.RANK: Tally(60, 30.0, 0.0)})
    later = Evidence({**evidence(60).tallies, Signal.RANK: Tally(20, 30.0, 20.0)})
    first = after(None, later)
    assert "rank_shift" not in [guardrail.name for guardrail in first.guardrails]
    assert after(dict(first.ledger), evidence(60)).guardrails == after(None, evidence(60)).guardrails
    assert "rank_shift" in [guardrail.name for guardrail in after(None, late).guardrails]
