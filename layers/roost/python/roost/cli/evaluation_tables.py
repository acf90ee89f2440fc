"""A run's evaluation as tables: the gates, and what was measured."""

from collections.abc import Mapping, Sequence
from typing import Any

from rich.table import Table

from roost.adapters.pipeline_runs import Run
from roost.cli.display import table

EVALUATES = "EvaluateModel"
HEAD = ("gate", "number", "bound", "verdict", "estimate", "error rate", "note")


def evaluation_of(run: Run) -> Mapping[str, Any] | None:
    """The answer of the run's EvaluateModel; None if it has not got there."""
    answers = [state.output for state in run.states if state.name == EVALUATES and "gates" in state.output]
    return answers[-1] if answers else None


def gates_table(evaluation: Mapping[str, Any]) -> Table:
    """Every gate with the number that it read, its bound, its verdict, and how often it errs."""
    gates = evaluation["gates"]
    passed = sum(gate["passed"] for gate in gates)
    verdict = "all passed" if passed == len(gates) else f"{len(gates) - passed} missed"
    return table(f"gates of {evaluation.get('chosen', 'the model')}: {verdict}", HEAD, list(map(_row, gates)))


def _row(gate: Mapping[str, Any]) -> Sequence[str]:
    verdict = "passed" if gate["passed"] else "missed"
    numbers = [_number(gate.get(name)) for name in ("value", "bound")]
    estimate = gate.get("estimate")
    beside = _number(estimate) if estimate != gate["value"] else ""
    return [gate["gate"], *numbers, verdict, beside, gate.get("error_rate", ""), gate.get("note", "")]


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.4g}"


def metrics_rows(metrics: Mapping[str, float], intervals: Mapping[str, Sequence[float]]) -> list[tuple[str, str]]:
    """Metrics by name, with their intervals where they have one."""
    return [(name, f"{value:.4f}{_interval(intervals.get(name))}") for name, value in sorted(metrics.items())]


def _interval(ends: Sequence[float] | None) -> str:
    return f" ({ends[0]:.4f} to {ends[1]:.4f})" if ends else ""
