"""A guardrail's state as numbers and words for people."""

import math

from roost.domain.evidence import Signal, milliseconds_at
from roost.domain.guardrails import Progress, Rule
from roost.domain.release import Guardrail

MEANINGS = {
    "error_share": "share of failed requests",
    "slow_share": "share of requests slower than the objective",
    "latency_ratio": "geometric mean of latency in ms",
    "invalid_share": "share of scores that are no scores",
    "rank_shift": "shift of the scores against the version's own holdout: mean rank",
    "rank_extreme": "shift of the scores to one end of the version's own holdout: mean rank",
    "outcome_rise": "share of bad outcomes",
}
LARGEST = 1e12  # an e-value beyond it says no more


def reading(rule: Rule, found: Progress, alone: bool, alpha: float) -> Guardrail:
    """The reading of a guardrail that may be crossed wrongly with probability ``alpha``."""
    log_e, interval = found.log_e(rule), found.mean.interval(alpha)
    difference = found.mean.difference - rule.centre
    alone = alone or rule.fixed
    holds = log_e < math.log(1 / alpha)
    farthest = abs(difference) if rule.two_sided else difference
    shown = Guardrail(
        name=rule.name,
        canary=_told(rule, found.canary.mean),
        live=None if alone else _told(rule, found.live.mean),
        difference=_apart(rule, found.mean.difference),
        interval=(_apart(rule, interval[0]), _apart(rule, interval[1])),
        margin=_apart(rule, rule.margin),
        e_value=math.exp(min(log_e, math.log(LARGEST))),
        bound=1 / alpha,
        holds=holds,
        within=found.log_e_within(rule) >= math.log(1 / alpha),
        doubtful=farthest > rule.margin,
        reason="",
    )
    return Guardrail(**{**vars(shown), "reason": _sentence(rule, shown)})


def _told(rule: Rule, mean: float) -> float:
    return milliseconds_at(mean) if rule.signal is Signal.LATENCY else mean


def _apart(rule: Rule, difference: float) -> float:
    return milliseconds_at(difference) if rule.signal is Signal.LATENCY else difference


def _sentence(rule: Rule, shown: Guardrail) -> str:
    live = "" if shown.live is None else f", live {shown.live:.3g}"
    low, high = shown.interval
    apart = "ratio" if rule.signal is Signal.LATENCY else "difference"
    return (
        f"{MEANINGS[rule.name]} is {shown.canary:.3g}{live}; {apart} {shown.difference:.3g} "
        f"({low:.3g} to {high:.3g}), {shown.margin:.3g} allowed; e-value {shown.e_value:.3g} of {shown.bound:.0f}"
    )
