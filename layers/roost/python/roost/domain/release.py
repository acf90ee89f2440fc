"""Releases: where traffic goes, what the canary showed, and what follows from it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

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
class Guardrail:
    """One guardrail's reading at one look.

    ``difference`` is the canary's beyond live's (of ``latency_ratio`` the ratio), ``interval`` its confidence sequence
    and ``margin`` how far it may go; without live they are against the guardrail's fixed reference. ``holds`` is False
    once ``e_value`` has reached ``bound``.
    """

    name: str
    canary: float
    live: float | None
    difference: float
    interval: tuple[float, float]
    margin: float
    e_value: float
    bound: float
    holds: bool
    within: bool
    doubtful: bool
    reason: str


@dataclass(frozen=True)
class Verdict:
    """The judge's answer at one look, with the readings it rests on; ``ledger`` is what the next look goes on from."""

    decision: Decision
    reason: str
    guardrails: tuple[Guardrail, ...]
    ledger: Mapping[str, Any]
