"""The verdict on a canary."""

import pytest

from roost.domain.release import Evidence, GuardrailBounds
from roost.domain.verdict import judge
from roost.names import Decision

BOUNDS = GuardrailBounds(
    max_error_share=0.02, max_slow_share=0.05, max_rank_shift=0.15, latency_objective_ms=100.0, alpha=0.01
)


def served(requests: int = 200, errors: int = 0, slow: int = 0, rank: float = 0.5) -> Evidence:
    answered = requests - errors
    return Evidence(requests, errors, slow, scored=answered, rank_total=rank * answered)


HEALTHY = served()


def decide(canary: Evidence, live: Evidence | None = HEALTHY, looks_left: int = 5) -> Decision:
    return judge(BOUNDS, canary, live, min_requests=50, looks_left=looks_left).decision


def test_a_canary_like_live_advances() -> None:
    assert decide(HEALTHY) is Decision.ADVANCE


@pytest.mark.parametrize(
    ("canary", "guardrail"),
    [
        (served(errors=40), "error_share"),
        (served(slow=60), "slow_share"),
        (served(rank=0.1), "rank_shift"),
        (served(rank=0.9), "rank_shift"),
    ],
)
def test_each_guardrail_alone_rolls_back(canary: Evidence, guardrail: str) -> None:
    verdict = judge(BOUNDS, canary, HEALTHY, min_requests=50, looks_left=5)
    assert verdict.decision is Decision.ROLL_BACK
    assert [g.name for g in verdict.guardrails if not g.holds] == [guardrail]


@pytest.mark.parametrize("canary", [served(errors=4), served(slow=10), served(rank=0.64)])
def test_a_guardrail_at_its_bound_holds(canary: Evidence) -> None:
    assert decide(canary) is Decision.ADVANCE


def test_what_looks_bad_and_is_not_proven_is_looked_at_again() -> None:
    canary = served(requests=60, errors=2)
    verdict = judge(BOUNDS, canary, HEALTHY, min_requests=50, looks_left=5)
    assert verdict.decision is Decision.HOLD
    assert verdict.reason.startswith("not proven yet: share of failed requests is 0.033, live 0.000, bound 0.020")
    assert decide(canary, looks_left=0) is Decision.ADVANCE


def test_the_same_share_over_more_requests_is_proof() -> None:
    canary = served(requests=60 * 40, errors=2 * 40)
    assert decide(canary, live=served(requests=10_000)) is Decision.ROLL_BACK


def test_more_steps_and_a_smaller_alpha_ask_for_more_evidence() -> None:
    once = judge(BOUNDS, HEALTHY, HEALTHY, 50, 5, steps=1).guardrails[0].needed
    assert judge(BOUNDS, HEALTHY, HEALTHY, 50, 5, steps=3).guardrails[0].needed == pytest.approx(3 * once)
    assert once == pytest.approx(3 / BOUNDS.alpha)


def test_a_fault_that_live_shares_is_not_the_canarys() -> None:
    shared = served(errors=20, slow=40, rank=0.8)
    assert decide(shared, live=shared) is Decision.ADVANCE


def test_scores_that_are_all_extreme_are_not_excused_by_live() -> None:
    live = served(requests=2000, rank=0.88)
    assert decide(served(rank=0.89), live) is Decision.ADVANCE
    assert decide(served(rank=0.99), live) is Decision.ROLL_BACK


def test_a_canary_that_mends_a_shift_is_not_punished_for_the_difference() -> None:
    assert decide(HEALTHY, live=served(requests=2000, rank=0.8)) is Decision.ADVANCE


def test_too_few_requests_hold() -> None:
    assert decide(served(requests=49, errors=1)) is Decision.HOLD


def test_proven_harm_does_not_wait_for_more_requests() -> None:
    assert decide(served(requests=49, errors=20)) is Decision.ROLL_BACK


def test_silence_rolls_back_when_the_looks_are_used_up() -> None:
    verdict = judge(BOUNDS, Evidence(requests=3, errors=0), HEALTHY, min_requests=50, looks_left=0)
    assert verdict.decision is Decision.ROLL_BACK
    assert verdict.reason == "no verdict in time: 3 of 50 requests needed for a verdict"


def test_alone_at_all_traffic_it_is_judged_by_itself() -> None:
    assert decide(HEALTHY, live=None) is Decision.ADVANCE
    assert decide(served(errors=50), live=None) is Decision.ROLL_BACK
    assert decide(served(rank=0.95), live=None) is Decision.ROLL_BACK


def test_the_interval_holds_the_observed_difference() -> None:
    errors = judge(BOUNDS, served(errors=30), served(errors=10), 50, 5).guardrails[0]
    assert errors.low < 0.1 < errors.high
    assert (errors.canary, errors.live, errors.bound) == (0.15, 0.05, pytest.approx(0.07))


def test_the_reason_states_both_numbers_the_bound_and_the_evidence() -> None:
    verdict = judge(BOUNDS, served(errors=60), HEALTHY, min_requests=50, looks_left=5)
    assert verdict.reason.startswith("share of failed requests is 0.300, live 0.000, bound 0.020, e-value ")
    assert verdict.reason.endswith(" of 300 needed")
