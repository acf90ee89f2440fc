"""Checks of a model's gates: each must name a number that exists, and ask of it what it has."""

from __future__ import annotations

from typing import TYPE_CHECKING

from roost.domain.measurements import MEASUREMENTS
from roost.names import Problem

if TYPE_CHECKING:
    from roost.spec.gates import Gate
    from roost.spec.model import Model

DECISION = ("precision", "recall", "flagged_share")
COST = "cost_per_row"


def check_gates(model: Model, metrics: list[str]) -> None:
    """Check gates, given the names of the model's metrics, and that names of slices and behaviours are taken once.

    Raises:
        ValueError: names the field, what is wrong with it and the fix.
    """
    for field, names in (
        ("slices", [s.name for s in model.slices]),
        ("behaviours", [b.name for b in model.behaviours]),
    ):
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"{field}: the name {twice[0]!r} stands twice; rename one")
    known = [*metrics, *_decision_metrics(model)]
    for gate in model.gates:
        _check_metric(gate, known)
        _check_interval(model, gate)
        _check_slice(model, gate)


def _decision_metrics(model: Model) -> tuple[str, ...]:
    if model.problem is not Problem.BINARY:
        return ()
    costly = model.threshold is not None and model.threshold.cost_of_false_positive is not None
    return (*DECISION, COST) if costly else DECISION


def _check_metric(gate: Gate, known: list[str]) -> None:
    if gate.metric not in (*known, *MEASUREMENTS):
        named = sorted([*known, *MEASUREMENTS])
        hint = "; declare the threshold's two costs for it" if gate.metric == COST else ""
        raise ValueError(f"gates: {gate.metric!r} is not declared; use one of {named}{hint}")
    plain = gate.versus is None and gate.on == "value" and gate.slice is None
    if gate.metric in MEASUREMENTS and not plain:
        raise ValueError(
            f"gate '{gate.metric}': it is measured in the run and has at_least or at_most on its value only"
        )


def _check_interval(model: Model, gate: Gate) -> None:
    without = [metric.name for metric in model.project_metrics if not metric.resamples]
    if gate.metric in without and (gate.versus or gate.on != "value"):
        raise ValueError(f"gate '{gate.metric}': it needs an interval; set resamples of that project metric")


def _check_slice(model: Model, gate: Gate) -> None:
    if gate.slice is None:
        return
    known = sorted(part.name for part in model.slices)
    if gate.slice not in known:
        raise ValueError(f"gate '{gate.metric}': slice {gate.slice!r} is not declared; use one of {known}")
    if gate.metric in (metric.name for metric in model.project_metrics) or gate.metric in (*DECISION, COST):
        raise ValueError(f"gate '{gate.metric}': slices have built-in metrics only")
