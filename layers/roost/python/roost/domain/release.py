"""Releases: where traffic goes, what the canary showed, and what follows from it."""

from dataclasses import dataclass

from roost.names import Decision


@dataclass(frozen=True)
class AliasState:
    """The alias ``live``: its primary version and, during a canary, a second one with a share of the traffic.

    ``weight`` is the canary's share in percent (0 to 99); ``revision`` is Lambda's RevisionId for compare-and-set.
    """

    primary: str
    revision: str
    canary: str = ""
    weight: int = 0


@dataclass(frozen=True)
class Evidence:
    """What one function version did in a stretch of time.

    ``errors`` counts failed requests of every kind; ``slow`` those that took longer than the latency objective. Of the
    ``scored`` ones, ``rank_total`` sums the ranks of their scores within the version's own holdout scores: 0.5 on
    average where traffic is what it was evaluated on.
    """

    requests: int
    errors: int
    slow: int = 0
    scored: int = 0
    rank_total: float = 0.0


@dataclass(frozen=True)
class GuardrailBounds:
    """Bounds of the guardrails; meanings as in ``spec.Guardrails``."""

    max_error_share: float
    max_slow_share: float
    max_rank_shift: float
    latency_objective_ms: float
    alpha: float


@dataclass(frozen=True)
class Guardrail:
    """One guardrail's reading: ``canary`` and ``live`` as observed, and what follows.

    ``low`` and ``high`` are the confidence sequence of their difference. ``bound`` is what the canary may reach beside
    live as observed. ``e_value`` measures the evidence that it is beyond: at ``needed`` the guardrail no longer
    ``holds``.
    """

    name: str
    canary: float
    live: float | None
    low: float
    high: float
    bound: float
    e_value: float
    needed: float

    @property
    def holds(self) -> bool:
        """Whether the evidence against the canary is short of what is needed."""
        return self.e_value < self.needed

    @property
    def suspicious(self) -> bool:
        """Whether what was observed lies beyond the bound, proven or not."""
        return self.canary > self.bound


@dataclass(frozen=True)
class Verdict:
    """The judge's answer at one look, with the readings it rests on."""

    decision: Decision
    reason: str
    guardrails: tuple[Guardrail, ...]
