"""Releases: where traffic goes, what the canary showed, and what follows from it."""

from dataclasses import dataclass, field

from roost.names import Decision


@dataclass(frozen=True)
class AliasState:
    """The alias ``live``: its primary version and, during a canary, a second one with a share of the traffic.

    ``weight`` is the canary's share in percent (0 to 99); ``revision`` is Lambda's RevisionId for compare-and-set;
    ``note`` is the alias's description, which says which release moved it last.
    """

    primary: str
    revision: str
    canary: str = ""
    weight: int = 0
    note: str = field(default="", compare=False)

    def share_of(self, function_version: str) -> int:
        """Percent of the traffic that a version has."""
        if function_version == self.primary:
            return 100 - self.weight
        return self.weight if function_version == self.canary else 0


@dataclass(frozen=True)
class Evidence:
    """What one function version did in a stretch of time.

    ``errors`` counts failed requests of every kind; ``latency_p90`` is in milliseconds; ``mean_rank`` is the mean
    rank of its scores within its own holdout scores, 0.5 where traffic is what it was evaluated on. The last two
    are None without answered requests.
    """

    requests: int
    errors: int
    latency_p90: float | None = None
    mean_rank: float | None = None

    @property
    def error_share(self) -> float:
        """Failed requests over all, 0 to 1."""
        return self.errors / self.requests if self.requests else 0.0


@dataclass(frozen=True)
class GuardrailBounds:
    """Bounds of the guardrails; meanings as in ``spec.Guardrails``."""

    max_error_share: float
    max_latency_ratio: float
    max_rank_shift: float


@dataclass(frozen=True)
class Guardrail:
    """One guardrail's reading: ``canary`` against ``bound``; ``holds`` is False when it is crossed."""

    name: str
    canary: float
    live: float | None
    bound: float
    holds: bool


@dataclass(frozen=True)
class Verdict:
    """The judge's answer at one look, with the readings it rests on."""

    decision: Decision
    reason: str
    guardrails: tuple[Guardrail, ...]
