"""Gates: declared bounds on holdout metrics, each with its number and its verdict."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol


class Bound(Protocol):
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


@dataclass(frozen=True)
class GateReading:
    """One gate's reading: ``roc_auc at_least``, the value, the bound, and whether it holds."""

    gate: str
    value: float
    bound: float
    passed: bool


def readings(gates: Sequence[Bound], metrics: Mapping[str, float]) -> list[GateReading]:
    """Read every gate. A metric that is not a number passes no gate."""
    return [_reading(gate, metrics[gate.metric]) for gate in gates]


def _reading(gate: Bound, value: float) -> GateReading:
    if gate.at_least is not None:
        return GateReading(f"{gate.metric} at_least", value, gate.at_least, value >= gate.at_least)
    bound = gate.at_most if gate.at_most is not None else float("-inf")
    return GateReading(f"{gate.metric} at_most", value, bound, value <= bound)


def shortfalls(read: Sequence[GateReading]) -> str:
    """The gates that were not passed, in words; empty if all were."""
    return "; ".join(f"{r.gate} {r.bound:g} is missed with {r.value:.4f}" for r in read if not r.passed)
