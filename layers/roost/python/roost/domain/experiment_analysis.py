"""What an experiment shows so far, by rules that hold however often one looks.

The lift is the difference of the arms' means over entities at their first exposure, with a confidence sequence: it
covers the true difference at all times at once with probability 1 - alpha, so one may stop at any look (Johari et al.,
"Always Valid Inference", Operations Research 2022; Howard et al., "Time-uniform, nonparametric, nonasymptotic
confidence sequences", Annals of Statistics 2021). Its p-value is the smallest alpha that excludes no difference: valid
at any time too.

A mismatch of the shares says that entities were lost or doubled on their way to an arm. Then no difference can be laid
to the versions, and the verdict is blocked.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from roost.domain.experiments import Experiment, Measured
from roost.domain.first_exposures import Exposure
from roost.domain.sequential import Tally, difference_interval
from roost.domain.share_mismatch import ShareCheck, share_check
from roost.experiment_names import ARMS, Better, Finding

STRETCH = 3_600_000  # milliseconds: entities of one hour are one tally
HALVINGS = 40
SMALLEST = 1e-12


@dataclass(frozen=True)
class ArmReading:
    """One arm: entities exposed, those whose value is known, and the mean of these; None without any."""

    name: str
    version: int
    share: float
    exposed: int
    measured: int
    mean: float | None


@dataclass(frozen=True)
class Lift:
    """How much higher the challenger is (``weighted_difference``); relative to the control's mean where that is not 0.

    The relative interval takes the control's mean as it is measured: its own uncertainty is not in it.
    """

    absolute: float
    interval: tuple[float, float]
    p_value: float
    relative: float | None = None
    relative_interval: tuple[float, float] | None = None


@dataclass(frozen=True)
class Analysis:
    """One look; ``more`` is about how many entities are still needed, ``hours`` about how long they take to come."""

    arms: tuple[ArmReading, ...]
    shares: ShareCheck
    lift: Lift | None
    finding: Finding
    reason: str
    more: int | None = None
    hours: float | None = None

    def document(self) -> dict[str, Any]:
        """A JSON form."""
        return {**asdict(self), "finding": self.finding.value}


def analysed(experiment: Experiment, exposures: Sequence[Exposure], worst: float = 0.0) -> Analysis:
    """Look at exposures in the order of their time; ``worst`` is the largest log e-value of the shares before."""
    measured, check = experiment.measured, share_check(exposures, worst)
    arms = tuple(_reading(arm.name, arm.version, arm.share, exposures) for arm in experiment.arms)
    lift = _lift(measured, exposures) if all(arm.measured for arm in arms) else None
    finding, reason = _found(measured, check, lift)
    if lift is None or finding is not Finding.GO_ON:
        return Analysis(arms, check, lift, finding, reason)
    more = _more(measured, lift, sum(arm.measured for arm in arms))
    return Analysis(arms, check, lift, finding, reason, more, _hours(more, exposures))


def blocks(measured: Measured, exposures: Iterable[Exposure]) -> tuple[list[Tally], list[Tally]]:
    """The values of both arms, control first, as tallies of the same hours; scaled to [0, 1].

    Values beyond the declared bounds are cut.
    """
    hours: dict[int, dict[str, list[float]]] = {}
    for exposure in exposures:
        if exposure.value is not None:
            hour = hours.setdefault(exposure.at // STRETCH, {arm: [] for arm in ARMS})
            hour[exposure.arm].append(_scaled(measured, exposure.value))
    in_order = [hour for _, hour in sorted(hours.items())]
    control, challenger = ([_tally(hour[arm]) for hour in in_order] for arm in ARMS)
    return control, challenger


def lift_interval(measured: Measured, exposures: Sequence[Exposure], alpha: float) -> tuple[float, float]:
    """The confidence sequence of the challenger's mean minus the control's, in the metric's own unit."""
    control, challenger = blocks(measured, exposures)
    low, high = difference_interval(challenger, control, alpha)
    width = measured.high - measured.low
    return low * width, high * width


def weighted_difference(control: Sequence[Tally], challenger: Sequence[Tally]) -> float:
    """What the interval is about: differences of the hours' means, weighted by n_a n_b / (n_a + n_b), challenger's up.

    So neither a metric that moves with the time of day nor shares that change can pass for a lift. Hours in which an
    arm has nothing are joined with the next.
    """
    lift, weight, waiting = 0.0, 0.0, (Tally(0, 0.0, 0.0), Tally(0, 0.0, 0.0))
    for a, b in zip(control, challenger, strict=True):
        waiting = (_joined(waiting[0], a), _joined(waiting[1], b))
        first, second = waiting
        if first.count and second.count:
            own = first.count * second.count / (first.count + second.count)
            lift += own * (second.total / second.count - first.total / first.count)
            weight, waiting = weight + own, (Tally(0, 0.0, 0.0), Tally(0, 0.0, 0.0))
    return lift / weight if weight else 0.0


def _joined(one: Tally, other: Tally) -> Tally:
    return Tally(one.count + other.count, one.total + other.total, one.squares + other.squares)


def _tally(values: Sequence[float]) -> Tally:
    return Tally(len(values), math.fsum(values), math.fsum(value * value for value in values))


def _reading(name: str, version: int, share: float, exposures: Sequence[Exposure]) -> ArmReading:
    mine = [exposure for exposure in exposures if exposure.arm == name]
    values = [exposure.value for exposure in mine if exposure.value is not None]
    mean = math.fsum(values) / len(values) if values else None
    return ArmReading(name, version, share, len(mine), len(values), mean)


def _lift(measured: Measured, exposures: Sequence[Exposure]) -> Lift:
    control, challenger = blocks(measured, exposures)
    width = measured.high - measured.low
    absolute = weighted_difference(control, challenger) * width
    low, high = lift_interval(measured, exposures, measured.alpha)
    p_value = _p_value(control, challenger)
    mean = measured.low + width * math.fsum(each.total for each in control) / sum(each.count for each in control)
    if mean == 0:
        return Lift(absolute, (low, high), p_value)
    ends = sorted((low / mean, high / mean))
    return Lift(absolute, (low, high), p_value, absolute / mean, (ends[0], ends[1]))


def _p_value(control: Sequence[Tally], challenger: Sequence[Tally]) -> float:
    """The smallest alpha whose interval leaves out 0, by bisection on its logarithm."""

    def excludes(alpha: float) -> bool:
        low, high = difference_interval(challenger, control, alpha)
        return low > 0 or high < 0

    kept, left_out = math.log(SMALLEST), math.log(0.999)
    if not excludes(math.exp(left_out)):
        return 1.0
    if excludes(SMALLEST):
        return SMALLEST
    for _ in range(HALVINGS):
        middle = (kept + left_out) / 2
        kept, left_out = (kept, middle) if excludes(math.exp(middle)) else (middle, left_out)
    return math.exp(left_out)


def _scaled(measured: Measured, value: float) -> float:
    return (min(max(value, measured.low), measured.high) - measured.low) / (measured.high - measured.low)


def _found(measured: Measured, check: ShareCheck, lift: Lift | None) -> tuple[Finding, str]:
    if check.mismatch:
        return Finding.BLOCKED, "the arms do not get the entities that they should: find out why before you decide"
    if lift is None:
        return Finding.GO_ON, "an arm has no measured entity yet"
    low, high = lift.interval if measured.better is Better.HIGHER else (-lift.interval[1], -lift.interval[0])
    if low > 0:
        return Finding.CHALLENGER_BETTER, f"the interval leaves out no difference, at alpha {measured.alpha:g}"
    if high < 0:
        return Finding.CONTROL_BETTER, f"the interval leaves out no difference, at alpha {measured.alpha:g}"
    if -measured.margin <= low and high <= measured.margin:
        return Finding.EQUIVALENT, f"the interval lies within {measured.margin:g} of no difference"
    return Finding.GO_ON, "the interval holds no difference, and more than the margin"


def _more(measured: Measured, lift: Lift, known: int) -> int | None:
    """About how many entities more a decision takes: the interval's width falls with the square root of their number.

    The nearest decision counts. None where the difference lies so near to the margin that nothing can be said.
    """
    half = (lift.interval[1] - lift.interval[0]) / 2
    wanted = max(abs(lift.absolute), measured.margin - abs(lift.absolute))
    if wanted <= half / 1000:
        return None
    return max(1, math.ceil(known * ((half / wanted) ** 2 - 1)))


def _hours(more: int | None, exposures: Sequence[Exposure]) -> float | None:
    spent = (exposures[-1].at - exposures[0].at) / STRETCH
    return more * spent / len(exposures) if more is not None and spent > 0 else None
