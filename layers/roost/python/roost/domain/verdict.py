"""The verdict on a canary: an e-process for each guardrail, so that looking every minute does not inflate the error.

A canary that keeps all its margins beside live is rolled back with probability at most ``alpha`` over the whole
release, however often it is looked at: alpha is shared equally over guardrails and steps (a union bound). Each step is
judged by what happened in it alone, as error rates and weights change from step to step and pooled rates would mislead
(Simpson's paradox). The e-values are ``domain.sequential``'s.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

from roost.domain.release import Evidence, Guardrail, GuardrailBounds, Verdict
from roost.domain.sequential import Tally, difference_interval, log_e_above, log_e_below, log_e_beside, mean_interval
from roost.names import Decision

UNSHIFTED = 0.5
INEXCUSABLE = 0.4  # a mean rank of 0.9 or 0.1: no shift that live has too makes such scores usable
GUARDRAILS = 3
LARGEST = 700.0  # beyond it the exponential function overflows


@dataclass(frozen=True)
class Risk:
    """The chance that one guardrail errs in one step."""

    alpha: float

    @property
    def needed(self) -> float:
        """The e-value that proves harm."""
        return 1 / self.alpha


def judge(
    bounds: GuardrailBounds, canary: Evidence, live: Evidence | None, min_requests: int, looks_left: int, steps: int = 1
) -> Verdict:
    """Advance, hold or roll back, by the evidence of one of the release's ``steps`` that are judged.

    ``live`` is None where the canary has all the traffic: it is then judged alone. Proven harm rolls back at once. With
    fewer than ``min_requests``, or while a guardrail is beyond its bound unproven, the verdict is hold. Once
    ``looks_left`` is 0, too few requests roll back (silence is no evidence of health), and unproven harm does not.
    """
    risk = Risk(bounds.alpha / (GUARDRAILS * max(steps, 1)))
    guardrails = tuple(_readings(bounds, canary, live, risk))
    harmful = [guardrail for guardrail in guardrails if not guardrail.holds]
    if harmful:
        return Verdict(Decision.ROLL_BACK, "; ".join(map(sentence, harmful)), guardrails)
    if canary.requests < min_requests:
        return _undecided(canary.requests, min_requests, looks_left, guardrails)
    doubtful = [guardrail for guardrail in guardrails if guardrail.suspicious]
    if doubtful and looks_left > 0:
        return Verdict(Decision.HOLD, f"not proven yet: {'; '.join(map(sentence, doubtful))}", guardrails)
    return Verdict(Decision.ADVANCE, f"no guardrail is crossed over {canary.requests} requests", guardrails)


def _undecided(requests: int, needed: int, looks_left: int, guardrails: tuple[Guardrail, ...]) -> Verdict:
    told = f"{requests} of {needed} requests needed for a verdict"
    if looks_left > 0:
        return Verdict(Decision.HOLD, told, guardrails)
    return Verdict(Decision.ROLL_BACK, f"no verdict in time: {told}", guardrails)


def _readings(bounds: GuardrailBounds, canary: Evidence, live: Evidence | None, risk: Risk) -> list[Guardrail]:
    readings = [
        _rate("error_share", bounds.max_error_share, _errors(canary), _errors(live) if live else None, risk),
        _rate("slow_share", bounds.max_slow_share, _slow(canary), _slow(live) if live else None, risk),
    ]
    return [*readings, _rank_shift(bounds.max_rank_shift, canary, live, risk)] if canary.scored else readings


def _errors(evidence: Evidence) -> Tally:
    return Tally(evidence.requests, evidence.errors)


def _slow(evidence: Evidence) -> Tally:
    return Tally(evidence.requests, evidence.slow)


def _ranks(evidence: Evidence) -> Tally:
    return Tally(evidence.scored, min(max(evidence.rank_total, 0.0), evidence.scored))


def _rate(name: str, margin: float, canary: Tally, live: Tally | None, risk: Risk) -> Guardrail:
    log_e = _against(lambda mean: log_e_above(canary, mean + margin), live, 0.0)
    low, high = _difference(canary, live, 0.0, risk)
    beside = live.mean if live else None
    return Guardrail(name, canary.mean, beside, low, high, (beside or 0.0) + margin, _e_value(log_e), risk.needed)


def _rank_shift(margin: float, canary: Evidence, live: Evidence | None, risk: Risk) -> Guardrail:
    """Both ways: half of the risk for a rise, half for a fall. What is shown are the distances from 0.5."""
    ranks, beside = _ranks(canary), _ranks(live) if live and live.scored else None

    def log_e_given(mean: float) -> float:
        allowed = _allowed_shift(abs(mean - UNSHIFTED), margin)
        rise, fall = log_e_above(ranks, UNSHIFTED + allowed), log_e_below(ranks, UNSHIFTED - allowed)
        return max(rise, fall) - math.log(2)

    log_e = _against(log_e_given, beside, UNSHIFTED)
    low, high = _difference(ranks, beside, UNSHIFTED, risk)
    shift = abs(beside.mean - UNSHIFTED) if beside else None
    bound = _allowed_shift(shift or 0.0, margin)
    moved = abs(ranks.mean - UNSHIFTED)
    return Guardrail("rank_shift", moved, shift, low, high, bound, _e_value(log_e), risk.needed)


def _allowed_shift(live: float, margin: float) -> float:
    return min(live + margin, max(margin, INEXCUSABLE))


def _against(log_e_given: Callable[[float], float], live: Tally | None, alone: float) -> float:
    """Beside live whatever its true mean is; without live, beside what stands in for it."""
    return log_e_beside(live, log_e_given) if live else log_e_given(alone)


def _difference(canary: Tally, live: Tally | None, alone: float, risk: Risk) -> tuple[float, float]:
    if live:
        return difference_interval(canary, live, risk.alpha)
    low, high = mean_interval(canary, risk.alpha)
    return low - alone, high - alone


def _e_value(log_e: float) -> float:
    return math.exp(min(log_e, LARGEST))


MEANINGS = {
    "error_share": "share of failed requests",
    "slow_share": "share of requests slower than the objective",
    "rank_shift": "shift of the scores against the version's own holdout",
}


def sentence(guardrail: Guardrail) -> str:
    """A reading in words, with its numbers."""
    live = "" if guardrail.live is None else f", live {guardrail.live:.3f}"
    evidence = f"e-value {guardrail.e_value:.3g} of {guardrail.needed:.3g} needed"
    return f"{MEANINGS[guardrail.name]} is {guardrail.canary:.3f}{live}, bound {guardrail.bound:.3f}, {evidence}"
