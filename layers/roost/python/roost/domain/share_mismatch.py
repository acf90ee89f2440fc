"""Whether entities reach the arms in the shares that were meant: a check that may be looked at all the time.

The sequential multinomial test of Lindon and Malek, "Anytime-Valid Inference for Multinomial Count Data" (NeurIPS
2022): the Bayes factor of a Dirichlet mixture against the intended shares. It is a martingale while the shares are
those, so it ever reaches 1 / level with a probability of at most level (Ville's inequality), however often one looks.
Under shares that were changed on the way it is the product over the stretches, each against its own shares.
"""

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from roost.domain.first_exposures import Exposure
from roost.experiment_names import ARMS, CONTROL

LEVEL = 0.001
CONCENTRATION = 100.0  # the mixture's weight, in entities: deviations of some percent are found first


@dataclass(frozen=True)
class ShareCheck:
    """The e-value against the intended shares; ``mismatch`` when it has ever reached 1 / level."""

    e_value: float
    mismatch: bool
    expected: dict[str, float]
    counted: dict[str, int]


def log_e_value(counts: Mapping[str, int], shares: Mapping[str, float]) -> float:
    """Natural logarithm of the e-value of counts by arm against shares that sum to 1."""
    total = sum(counts.values())
    found = math.lgamma(CONCENTRATION) - math.lgamma(CONCENTRATION + total)
    for arm, share in shares.items():
        weight, count = CONCENTRATION * share, counts.get(arm, 0)
        found += math.lgamma(weight + count) - math.lgamma(weight) - count * math.log(share)
    return found


def share_check(exposures: Iterable[Exposure], worst: float = 0.0) -> ShareCheck:
    """Check exposures against the propensities they were logged with; ``worst`` is the largest log e-value before."""
    stretches: dict[float, Counter[str]] = {}
    for exposure in exposures:
        stretches.setdefault(_control_share(exposure), Counter())[exposure.arm] += 1
    evidence = sum(log_e_value(counts, _shares(control)) for control, counts in stretches.items())
    counted = sum(stretches.values(), Counter())
    return ShareCheck(
        e_value=math.exp(min(evidence, 700.0)),
        mismatch=max(evidence, worst) >= -math.log(LEVEL),
        expected=_expected(stretches),
        counted={arm: counted[arm] for arm in ARMS},
    )


def _control_share(exposure: Exposure) -> float:
    return round(exposure.propensity if exposure.arm == CONTROL else 1 - exposure.propensity, 6)


def _shares(control: float) -> dict[str, float]:
    return dict(zip(ARMS, (control, 1 - control), strict=True))


def _expected(stretches: Mapping[float, Counter[str]]) -> dict[str, float]:
    """The share of each arm that was to be expected of all entities."""
    sizes = {control: sum(counts.values()) for control, counts in stretches.items()}
    total = sum(sizes.values())
    control = sum(share * size for share, size in sizes.items()) / total if total else 0.0
    return _shares(control) if total else dict.fromkeys(ARMS, 0.0)
