"""The verdict on a canary."""

import pytest

from roost.domain.release import Evidence, GuardrailBounds
from roost.domain.verdict import judge
from roost.names import Decision

BOUNDS = GuardrailBounds(max_error_share=0.02, max_latency_ratio=3.0, max_rank_shift=0.15)
HEALTHY = Evidence(requests=100, errors=0, latency_p90=10.0, mean_rank=0.5)


def decide(canary: Evidence, live: Evidence | None = HEALTHY, looks_left: int = 5) -> Decision:
    return judge(BOUNDS, canary, live, min_requests=50, looks_left=looks_left).decision


def test_a_canary_like_live_advances() -> None:
    assert decide(HEALTHY) is Decision.ADVANCE


@pytest.mark.parametrize(
    ("canary", "guardrail"),
    [
        (Evidence(100, 3, 10.0, 0.5), "error_share"),
        (Evidence(100, 0, 30.1, 0.5), "latency_p90"),
        (Evidence(100, 0, 10.0, 0.34), "rank_shift"),
        (Evidence(100, 0, 10.0, 0.66), "rank_shift"),
    ],
)
def test_each_guardrail_alone_rolls_back(canary: Evidence, guardrail: str) -> None:
    verdict = judge(BOUNDS, canary, HEALTHY, min_requests=50, looks_left=5)
    assert verdict.decision is Decision.ROLL_BACK
    assert [g.name for g in verdict.guardrails if not g.holds] == [guardrail]


@pytest.mark.parametrize(
    "canary", [Evidence(100, 2, 10.0, 0.5), Evidence(100, 0, 30.0, 0.5), Evidence(100, 0, 10.0, 0.64)]
)
def test_a_guardrail_at_its_bound_holds(canary: Evidence) -> None:
    assert decide(canary) is Decision.ADVANCE


def test_a_fault_that_live_shares_is_not_the_canarys() -> None:
    shared = Evidence(requests=100, errors=10, latency_p90=10.0, mean_rank=0.8)
    assert decide(shared, live=shared) is Decision.ADVANCE


def test_scores_that_are_all_extreme_are_not_excused_by_live() -> None:
    live = Evidence(requests=100, errors=0, latency_p90=10.0, mean_rank=0.88)
    assert decide(Evidence(100, 0, 10.0, 0.89), live) is Decision.ADVANCE
    assert decide(Evidence(100, 0, 10.0, 0.99), live) is Decision.ROLL_BACK


def test_too_few_requests_hold_even_when_they_look_bad() -> None:
    assert decide(Evidence(requests=49, errors=20, latency_p90=10.0, mean_rank=0.5)) is Decision.HOLD


def test_silence_rolls_back_when_the_looks_are_used_up() -> None:
    verdict = judge(BOUNDS, Evidence(requests=3, errors=0), HEALTHY, min_requests=50, looks_left=0)
    assert verdict.decision is Decision.ROLL_BACK
    assert verdict.reason == "no verdict in time: 3 of 50 requests needed for a verdict"


def test_alone_at_all_traffic_it_is_judged_by_itself() -> None:
    assert decide(HEALTHY, live=None) is Decision.ADVANCE
    assert decide(Evidence(100, 50, 10.0, 0.5), live=None) is Decision.ROLL_BACK


def test_the_reason_states_both_numbers_and_the_bound() -> None:
    reason = judge(BOUNDS, Evidence(100, 9, 10.0, 0.5), HEALTHY, min_requests=50, looks_left=5).reason
    assert reason == "share of failed requests is 0.090, live 0.000, bound 0.020"
