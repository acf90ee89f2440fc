"""The verdict on a canary: plain thresholds on what both versions did under real traffic."""

from roost.domain.release import Evidence, Guardrail, GuardrailBounds, Verdict
from roost.names import Decision

UNSHIFTED = 0.5
INEXCUSABLE = 0.4  # a mean rank of 0.9 or 0.1: no shift that live has too makes such scores usable


def judge(
    bounds: GuardrailBounds, canary: Evidence, live: Evidence | None, min_requests: int, looks_left: int
) -> Verdict:
    """Advance, hold or roll back.

    ``live`` is None where the canary has all the traffic: it is then judged alone. Below ``min_requests`` answered by
    the canary the verdict is hold, and roll back once ``looks_left`` is 0: silence is no evidence of health.
    """
    guardrails = tuple(_readings(bounds, canary, live))
    crossed = [g for g in guardrails if not g.holds]
    if canary.requests < min_requests:
        return _undecided(canary.requests, min_requests, looks_left, guardrails)
    if crossed:
        return Verdict(Decision.ROLL_BACK, "; ".join(_sentence(g) for g in crossed), guardrails)
    return Verdict(Decision.ADVANCE, f"all guardrails hold over {canary.requests} requests", guardrails)


def _undecided(requests: int, needed: int, looks_left: int, guardrails: tuple[Guardrail, ...]) -> Verdict:
    told = f"{requests} of {needed} requests needed for a verdict"
    if looks_left > 0:
        return Verdict(Decision.HOLD, told, guardrails)
    return Verdict(Decision.ROLL_BACK, f"no verdict in time: {told}", guardrails)


def _readings(bounds: GuardrailBounds, canary: Evidence, live: Evidence | None) -> list[Guardrail]:
    return [
        _errors(bounds.max_error_share, canary, live),
        *_latency(bounds.max_latency_ratio, canary, live),
        *_rank_shift(bounds.max_rank_shift, canary, live),
    ]


def _errors(allowed: float, canary: Evidence, live: Evidence | None) -> Guardrail:
    share = live.error_share if live else None
    bound = (share or 0.0) + allowed
    return Guardrail("error_share", canary.error_share, share, bound, canary.error_share <= bound)


def _latency(ratio: float, canary: Evidence, live: Evidence | None) -> list[Guardrail]:
    if canary.latency_p90 is None or live is None or live.latency_p90 is None:
        return []
    bound = live.latency_p90 * ratio
    return [Guardrail("latency_p90", canary.latency_p90, live.latency_p90, bound, canary.latency_p90 <= bound)]


def _rank_shift(allowed: float, canary: Evidence, live: Evidence | None) -> list[Guardrail]:
    if canary.mean_rank is None:
        return []
    shift = abs(canary.mean_rank - UNSHIFTED)
    beside = abs(live.mean_rank - UNSHIFTED) if live and live.mean_rank is not None else None
    bound = min((beside or 0.0) + allowed, max(allowed, INEXCUSABLE))
    return [Guardrail("rank_shift", shift, beside, bound, shift <= bound)]


MEANINGS = {
    "error_share": "share of failed requests",
    "latency_p90": "90th percentile of latency in ms",
    "rank_shift": "shift of the scores against the version's own holdout",
}


def _sentence(guardrail: Guardrail) -> str:
    live = "" if guardrail.live is None else f", live {guardrail.live:.3f}"
    return f"{MEANINGS[guardrail.name]} is {guardrail.canary:.3f}{live}, bound {guardrail.bound:.3f}"
