"""The guardrails of a canary: what each compares, by which margin, and what it has seen so far."""

from collections.abc import Mapping
from dataclasses import astuple, dataclass, field
from typing import Any

from roost.domain.evidence import Signal, level_of_ratio
from roost.domain.guardrail_bounds import GuardrailBounds
from roost.domain.rate_process import RateProcess
from roost.domain.sequential import MeanProcess, Tally, log_mean_exp

UNSHIFTED = 0.5
INEXCUSABLE = 0.4  # a mean rank of 0.9 or 0.1: no shift that live has too makes such scores usable


@dataclass(frozen=True)
class Rule:
    """One guardrail: the canary's mean of ``signal`` may exceed live's by ``margin``, or differ if ``two_sided``.

    ``rare`` is whether values are failures, 0 or 1. ``reference`` stands in for live where the canary is alone; without
    one the guardrail is not read then. ``fixed`` compares with the reference even beside live. ``centre`` is the
    difference that is expected of an equal canary.
    """

    name: str
    signal: Signal
    margin: float
    reference: float | None = None
    rare: bool = False
    two_sided: bool = False
    fixed: bool = False
    centre: float = 0.0


def rules(bounds: GuardrailBounds) -> tuple[Rule, ...]:
    """All guardrails; each has an equal share of alpha, whether its signal comes or not."""
    far = max(INEXCUSABLE, bounds.max_rank_shift)
    return (
        Rule("error_share", Signal.ERRORS, bounds.max_error_share, reference=0.0, rare=True),
        Rule("slow_share", Signal.SLOW, bounds.max_slow_share, reference=0.0, rare=True),
        Rule("latency_ratio", Signal.LATENCY, level_of_ratio(bounds.max_latency_ratio)),
        Rule("invalid_share", Signal.INVALID, bounds.max_invalid_share, reference=0.0, rare=True),
        Rule(
            "rank_shift", Signal.RANK, bounds.max_rank_shift, UNSHIFTED, two_sided=True, centre=bounds.rank_difference
        ),
        Rule("rank_extreme", Signal.RANK, far, UNSHIFTED, two_sided=True, fixed=True),
        Rule("outcome_rise", Signal.OUTCOME, bounds.max_outcome_rise, rare=True),
    )


@dataclass(frozen=True)
class Progress:
    """What a guardrail has seen: the sums that are judged already, and the processes over them.

    A block is what came since. One is taken when both arms have something in it and its sums are whole: metrics of two
    namespaces may arrive one after the other, and what is not taken now is part of the next block.
    """

    canary: Tally = field(default_factory=Tally)
    live: Tally = field(default_factory=Tally)
    mean: MeanProcess = field(default_factory=MeanProcess)
    rate: RateProcess = field(default_factory=RateProcess)

    def after(self, rule: Rule, canary: Tally, live: Tally | None) -> "Progress":
        """The progress after a look that found these sums since the release began."""
        if live is None or rule.fixed:
            return self._alone(rule, canary)
        ours, theirs = canary - self.canary, live - self.live
        if not (whole(ours) and whole(theirs)):
            return self
        mean = self.mean.after(ours, theirs, (self.canary, self.live))
        rate = self.rate.after(ours, theirs, rule.margin, self.live) if rule.rare else self.rate
        return Progress(canary, live, mean, rate)

    def _alone(self, rule: Rule, canary: Tally) -> "Progress":
        ours = canary - self.canary
        if rule.reference is None or not whole(ours):
            return self
        mean = self.mean.after_alone(ours, rule.reference, self.canary)
        rate = self.rate.after_alone(ours, rule.reference + rule.margin) if rule.rare else self.rate
        return Progress(canary, self.live, mean, rate)

    def log_e(self, rule: Rule) -> float:
        """Log e-value against "the guardrail holds"."""
        if rule.rare:
            return self.rate.log_e_worse()
        above = self.mean.log_e_above(rule.centre + rule.margin)
        return log_mean_exp([above, self.mean.log_e_below(rule.centre - rule.margin)]) if rule.two_sided else above

    def log_e_within(self, rule: Rule) -> float:
        """Log e-value against "the guardrail is at or beyond its margin"; of two sides the weaker."""
        if rule.rare:
            return self.rate.log_e_fine()
        below = self.mean.log_e_below(rule.centre + rule.margin)
        return min(below, self.mean.log_e_above(rule.centre - rule.margin)) if rule.two_sided else below

    def document(self) -> dict[str, Any]:
        """As JSON values."""
        return {
            "canary": list(astuple(self.canary)),
            "live": list(astuple(self.live)),
            "mean": [self.mean.lift, self.mean.weight, *self.mean.penalties],
            "worse": list(self.rate.worse),
            "fine": list(self.rate.fine),
        }


def progress(document: Mapping[str, Any] | None) -> Progress:
    """What ``Progress.document`` wrote; a fresh start without one."""
    if document is None:
        return Progress()
    lift, weight, *penalties = map(float, document["mean"])
    rate = RateProcess(tuple(document["worse"]), tuple(document["fine"]))
    mean = MeanProcess(lift, weight, tuple(penalties))
    return Progress(Tally(*document["canary"]), Tally(*document["live"]), mean, rate)


def whole(block: Tally) -> bool:
    """Whether the sums of a block can be those of values in [0, 1]."""
    slack = 1e-6 * max(1, block.count)
    return block.count > 0 and -slack <= block.squares <= block.total + slack <= block.count + 2 * slack
