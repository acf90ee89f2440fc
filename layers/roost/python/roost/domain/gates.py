"""Gates: declared rules on what was measured, each with its number, its bound, its verdict and its error rate.

A gate on the bound of an interval is a one-sided test: a model on the wrong side of the bound passes with a
probability of at most ``1 - level``, as far as bootstrap intervals hold what they promise (docs/evaluation.md has the
simulations). A gate versus the champion is a test of non-inferiority (Blackwelder, "Proving the Null Hypothesis in
Clinical Trials", 1982). All gates must pass, so several of them take no more risk than each alone (Berger, 1982).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from roost.domain.judged import Judged, Number, Numbers, difference
from roost.domain.measurements import MEASUREMENTS

NO_RISK_STATED = "none stated: a model right at the bound passes half of the time"
MEASURED_ONCE = "none: one measurement"


class Rule(Protocol):
    """What a gate declares; ``spec.Gate`` is one."""

    @property
    def metric(self) -> str:
        """Name of the metric."""
        ...

    @property
    def at_least(self) -> float | None:
        """Lower bound, or None."""
        ...

    @property
    def at_most(self) -> float | None:
        """Upper bound, or None."""
        ...

    @property
    def on(self) -> str:
        """What must keep the bound: ``value``, or the ``lower`` or ``upper`` end of the interval."""
        ...

    @property
    def versus(self) -> str | None:
        """``champion``, ``baseline`` or None."""
        ...

    @property
    def margin(self) -> float:
        """By how much this model may be worse."""
        ...

    @property
    def level(self) -> float:
        """Confidence of the one-sided bound."""
        ...

    @property
    def slice(self) -> str | None:
        """The slice whose every group must keep the bound, or None."""
        ...


@dataclass(frozen=True)
class GateReading:
    """One gate's reading; ``value`` is the number that is held against ``bound``, None where the gate does not apply.

    ``estimate`` is the number that the value is a bound of (the value itself where it is none).
    """

    gate: str
    value: float | None
    bound: float
    passed: bool
    estimate: float | None = None
    error_rate: str = ""
    note: str = ""


def readings(gates: Sequence[Rule], judged: Judged) -> list[GateReading]:
    """Read every gate, then every behavioural test. A number that is missing or not a number passes no gate."""
    return [*(_reading(gate, judged) for gate in gates), *(_behaviour(result) for result in judged.behaviours)]


def _reading(gate: Rule, judged: Judged) -> GateReading:
    if gate.versus is not None:
        return _versus(gate, judged)
    if gate.metric in MEASUREMENTS:
        value = judged.measured.get(gate.metric, float("nan"))
        return GateReading(_name(gate), value, _bound(gate), _keeps(gate, value), value, MEASURED_ONCE)
    if gate.slice is not None:
        return _slice(gate, judged)
    return _plain(gate, judged.numbers[gate.metric])


def _plain(gate: Rule, number: Number, note: str = "") -> GateReading:
    value = _held(gate, number)
    passed = value is not None and _keeps(gate, value)
    return GateReading(_name(gate), value, _bound(gate), passed, number.value, _error_rate(gate), note)


def _held(gate: Rule, number: Number) -> float | None:
    if gate.on == "value":
        return number.value
    return number.bound(1 - gate.level if gate.on == "lower" else gate.level)


def _slice(gate: Rule, judged: Judged) -> GateReading:
    groups = [g for g in judged.groups if g.slice == gate.slice and gate.metric in g.numbers]
    if not groups:
        note = "not applicable: no group of the slice has enough rows"
        return GateReading(_name(gate), None, _bound(gate), True, None, _error_rate(gate), note)
    read = [_plain(gate, g.numbers[gate.metric], f"worst of {len(groups)} groups: {g.group}") for g in groups]
    sign = -1.0 if gate.at_most is not None else 1.0
    return min(read, key=lambda reading: (reading.passed, sign * (reading.value or 0.0)))


def _versus(gate: Rule, judged: Judged) -> GateReading:
    other = judged.champion if gate.versus == "champion" else judged.baseline
    if other is None:
        note = f"not applicable: {judged.why_none}"
        return GateReading(_name(gate), None, 0.0 - gate.margin, True, None, _error_rate(gate), note)
    found = difference(gate.metric, judged.numbers, other)
    if found is None:
        return GateReading(_name(gate), None, 0.0 - gate.margin, False, None, _error_rate(gate), _missing(gate, other))
    lower = found.lower(gate.level)
    passed = lower >= -gate.margin if gate.versus == "champion" else lower > -gate.margin
    worse = found.summary(gate.level)["probability_worse"]
    note = f"worse in {worse:.1%} of resamples"
    return GateReading(_name(gate), lower, 0.0 - gate.margin, passed, found.value, _error_rate(gate), note)


def _missing(gate: Rule, other: Numbers) -> str:
    return f"the {gate.versus} has no {gate.metric}" if gate.metric not in other else "there are no resamples of it"


def _behaviour(result: Mapping[str, Any]) -> GateReading:
    share, bound = float(result["share"]), float(result["min_share"])
    note = f"{result['passed']} of {result['rows']} rows"
    return GateReading(f"behaviour {result['name']}", share, bound, share >= bound, share, "none: no sample", note)


def _name(gate: Rule) -> str:
    if gate.versus is not None:
        return f"{gate.metric} versus {gate.versus}"
    of = f" of each {gate.slice}" if gate.slice else ""
    end = "" if gate.on == "value" else f" {gate.on} end"
    return f"{gate.metric}{of}{end} {'at_least' if gate.at_least is not None else 'at_most'}"


def _bound(gate: Rule) -> float:
    if gate.at_least is not None:
        return gate.at_least
    return gate.at_most if gate.at_most is not None else float("-inf")


def _keeps(gate: Rule, value: float) -> bool:
    return value >= _bound(gate) if gate.at_least is not None else value <= _bound(gate)


def _error_rate(gate: Rule) -> str:
    risk = f"{1 - gate.level:.3g}"
    if gate.versus is not None:
        side = "worse" if gate.margin >= 0 else "not better"
        return f"at most {risk}: passing although {side} than the {gate.versus} by {abs(gate.margin):g} or more"
    if gate.on == "value":
        return NO_RISK_STATED
    if (gate.on == "lower") == (gate.at_least is not None):
        return f"at most {risk}: passing although the bound is missed"
    return f"at most {risk}: failing although the bound is kept"


def shortfalls(read: Sequence[GateReading]) -> str:
    """The gates that were not passed, in words; empty if all were."""
    return "; ".join(_shortfall(reading) for reading in read if not reading.passed)


def _shortfall(reading: GateReading) -> str:
    if reading.value is None:
        return f"{reading.gate} {reading.bound:g} cannot be read: {reading.note}"
    more = f" ({reading.note})" if reading.note else ""
    return f"{reading.gate} {reading.bound:g} is missed with {reading.value:.4f}{more}"
