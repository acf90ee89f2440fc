"""What a canary must keep, as a release plan holds it; meanings as in ``spec.Guardrails``."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Any


class Advance(StrEnum):
    """What a canary must show to advance: enough evidence and no harm, or that it is within every margin."""

    EVIDENCE = "evidence"
    NON_INFERIOR = "non_inferior"


class OnTimeout(StrEnum):
    """What happens to a canary that has its evidence, but was not shown to be non-inferior in time."""

    ROLL_BACK = "roll_back"
    ADVANCE = "advance"


FROZEN = ("latency_objective_ms",)  # counted by the function version itself, so a release cannot change it
WORDS: dict[str, type[StrEnum]] = {"advance": Advance, "on_timeout": OnTimeout}
LIMITS = {
    "alpha": ("above 0 and at most 0.5", 1e-9, 0.5),
    "max_error_share": ("from 0 to 1", 0.0, 1.0),
    "max_slow_share": ("from 0 to 1", 0.0, 1.0),
    "max_invalid_share": ("from 0 to 1", 0.0, 1.0),
    "max_outcome_rise": ("from 0 to 1", 0.0, 1.0),
    "max_latency_ratio": ("above 1", 1.0 + 1e-9, 10_000.0),
    "max_rank_shift": ("above 0 and at most 0.5", 1e-9, 0.5),
    "latency_objective_ms": ("above 0", 1e-9, 1e9),
    "rank_difference": ("from -1 to 1", -1.0, 1.0),
}


@dataclass(frozen=True)
class GuardrailBounds:
    """Margins, and ``alpha`` of the whole release.

    ``rank_difference`` is what the canary's mean rank is expected to differ from live's by, from an evaluation of both
    on one set.
    """

    max_error_share: float
    max_latency_ratio: float
    max_rank_shift: float
    alpha: float = 0.01
    max_slow_share: float = 0.05
    max_invalid_share: float = 0.005
    max_outcome_rise: float = 0.02
    latency_objective_ms: float = 250.0
    rank_difference: float = 0.0
    advance: Advance = Advance.EVIDENCE
    on_timeout: OnTimeout = OnTimeout.ROLL_BACK


def guardrail_bounds(declared: Mapping[str, Any], wanted: Mapping[str, Any] | None = None) -> GuardrailBounds:
    """The model's guardrails with what a request overrides.

    Raises:
        ValueError: a field is unknown, cannot be overridden, or out of range; the message names it and the fix.
    """
    if not isinstance(wanted, Mapping | None):
        raise ValueError(f'{wanted!r} is no object; give for example {{"alpha": 0.01}}')
    frozen = [name for name in FROZEN if name in (wanted or {})]
    if frozen:
        raise ValueError(f"{frozen[0]} is counted by the deployed function; change it in the model and deploy")
    given = {**declared, **(wanted or {})}
    known = {field.name for field in fields(GuardrailBounds)}
    unknown = sorted(set(given) - known)
    if unknown:
        raise ValueError(f"unknown field {unknown[0]!r}; known: {', '.join(sorted(known))}")
    return GuardrailBounds(**{name: _checked(name, value) for name, value in given.items()})


def _checked(name: str, value: Any) -> Any:
    if name not in WORDS:
        return _number(name, value)
    if value not in list(WORDS[name]):
        raise ValueError(f"{name} is {value!r}; use one of {', '.join(WORDS[name])}")
    return WORDS[name](value)


def _number(name: str, value: Any) -> float:
    told, low, high = LIMITS[name]
    number = math.nan if isinstance(value, bool) or not isinstance(value, int | float) else float(value)
    if not low <= number <= high:
        raise ValueError(f"{name} is {value!r}; give a number {told}")
    return number
