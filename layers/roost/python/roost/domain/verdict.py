"""The verdict on a canary: e-processes beside live, so that looking often costs nothing.

A canary that keeps every margin is rolled back with probability at most ``alpha`` over the whole release, however often
and long it is looked at (Ville's inequality): each of k guardrails is crossed when its e-value reaches k / alpha. Looks
are the blocks of the e-processes, and those of all steps are multiplied, never pooled. Continuous looking: Johari,
Koomen, Pekelis, Walsh, "Always valid inference: continuous monitoring of A/B tests", Operations Research 2022.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from roost.domain.evidence import Evidence
from roost.domain.guardrail_bounds import Advance, GuardrailBounds, OnTimeout
from roost.domain.guardrail_readings import reading
from roost.domain.guardrails import Progress, Rule, progress, rules
from roost.domain.release import Guardrail, Verdict
from roost.names import Decision


@dataclass(frozen=True)
class Look:
    """One look: sums since the release began; ``live`` is None where the canary has all the traffic.

    ``requests`` are the canary's in this step, of which ``needed`` make a verdict; ``left`` looks come after this one.
    """

    canary: Evidence
    live: Evidence | None
    requests: int
    needed: int
    left: int


def judge(bounds: GuardrailBounds, look: Look, ledger: Mapping[str, Any] | None = None) -> Verdict:
    """Advance, hold or roll back; ``ledger`` is the one of the look before, of this step or the last.

    Harm that is shown rolls back at once. Below ``needed`` requests the verdict is hold, and roll back when no look is
    left: silence is no evidence of health. A guardrail that is doubtful (its estimate is beyond the margin, maybe by
    chance) buys time, never a rollback.
    """
    rules_, before = rules(bounds), ledger or {}
    judged = {rule: _seen(rule, progress(before.get(rule.name)), look) for rule in rules_}
    alpha = bounds.alpha / len(rules_)
    readings = tuple(reading(rule, at, look.live is None, alpha) for rule, at in judged.items() if at.canary.count)
    decision, reason = _decided(bounds, look, readings)
    return Verdict(decision, reason, readings, {rule.name: at.document() for rule, at in judged.items()})


def _seen(rule: Rule, before: Progress, look: Look) -> Progress:
    """The progress of a guardrail; where an arm does not measure its signal, it stays where it was."""
    canary = look.canary.tallies.get(rule.signal)
    live = look.live.tallies.get(rule.signal) if look.live else None
    if canary is None or (look.live is not None and live is None and not rule.fixed):
        return before
    return before.after(rule, canary, live)


def _decided(bounds: GuardrailBounds, look: Look, readings: Sequence[Guardrail]) -> tuple[Decision, str]:
    crossed = [shown for shown in readings if not shown.holds]
    if crossed:
        return Decision.ROLL_BACK, "; ".join(shown.reason for shown in crossed)
    if look.requests < look.needed:
        return _without_verdict(Decision.ROLL_BACK, look, f"{look.requests} of {look.needed} requests needed")
    if bounds.advance is Advance.NON_INFERIOR:
        return _if_non_inferior(bounds, look, readings)
    doubtful = [shown.name for shown in readings if shown.doubtful]
    if doubtful and look.left > 0:
        return Decision.HOLD, f"more evidence is needed on {', '.join(doubtful)}: beyond the margin, maybe by chance"
    return Decision.ADVANCE, f"no guardrail is crossed after {look.requests} requests in this step"


def _if_non_inferior(bounds: GuardrailBounds, look: Look, readings: Sequence[Guardrail]) -> tuple[Decision, str]:
    open_ = [shown.name for shown in readings if not shown.within]
    if not open_:
        return Decision.ADVANCE, f"non-inferior in every guardrail after {look.requests} requests in this step"
    late = Decision.ADVANCE if bounds.on_timeout is OnTimeout.ADVANCE else Decision.ROLL_BACK
    return _without_verdict(late, look, f"not shown to be within the margin: {', '.join(open_)}")


def _without_verdict(late: Decision, look: Look, told: str) -> tuple[Decision, str]:
    return (Decision.HOLD, told) if look.left > 0 else (late, f"no verdict in time: {told}")
