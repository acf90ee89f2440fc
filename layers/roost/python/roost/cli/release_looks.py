"""The looks of a release's judge in its run: which states tell of them, and the evidence at each."""

from collections.abc import Iterable
from typing import Any

from rich.table import Table

from roost.adapters.pipeline_history import StateRun
from roost.adapters.pipeline_runs import Run
from roost.cli.evidence_table import evidence_table

JUDGE, SHIFT = "JudgeCanary", "ShiftTraffic"
AGAIN = (JUDGE, "ReadOrders", "WaitForEvidence", "WaitForTurn", "WaitPaused", "WaitUntouched", "PlanRelease")


def is_look(state: StateRun) -> bool:
    """Whether the judge has looked, and said what it saw."""
    return state.name == JUDGE and "guardrails" in state.output


def newest(states: Iterable[StateRun]) -> list[StateRun]:
    """The states, of those that come often between two shifts only the last time."""
    kept: list[StateRun] = []
    seen: set[str] = set()
    for state in reversed(list(states)):
        seen = set() if state.name == SHIFT else seen
        if state.name not in seen:
            kept.append(state)
        seen |= {state.name} & set(AGAIN)
    return kept[::-1]


def evidence_at(state: StateRun, states: Iterable[StateRun]) -> Table:
    """The evidence of a look as a table, with the share of traffic that the canary had."""
    shifts = [each.output for each in states if each.name == SHIFT and each.entered <= state.entered]
    return evidence_table({**state.output, "weight": shifts[-1].get("weight") if shifts else None})


def last_evidence(run: Run) -> list[Table]:
    """The evidence of the last look of a run; nothing if nobody has looked."""
    looks: list[Any] = [state for state in run.states if is_look(state)]
    return [evidence_at(looks[-1], run.states)] if looks else []
