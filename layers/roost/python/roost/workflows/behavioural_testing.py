"""Behavioural tests: rows of inputs, changed as declared, through the package's own scoring path."""

from collections.abc import Mapping, Sequence
from typing import Any

from roost.domain.feature_vector import FeaturePlan
from roost.domain.scoring import Model as ScoringModel
from roost.domain.scoring import score_rows
from roost.errors import BehaviouralTestBroken
from roost.spec import Direction, Invariance, Model, MustPass

Row = Mapping[str, float | None]
EXAMPLES = 3


def behavioural_tests(
    model: Model, plan: FeaturePlan, package: ScoringModel, golden: Sequence[Row]
) -> list[dict[str, Any]]:
    """The result of each test: rows, rows passed, their share, its bound, and up to three rows that failed.

    Raises:
        BehaviouralTestBroken: a test leaves out an input that the model needs; the message names both.
    """
    return [_tested(test, plan, package, golden) for test in model.behaviours]


def _tested(
    test: Invariance | Direction | MustPass, plan: FeaturePlan, package: ScoringModel, golden: Sequence[Row]
) -> dict[str, Any]:
    if isinstance(test, MustPass):
        rows: list[Row] = list(test.rows)
        before: list[float | None] = [None] * len(rows)
    else:
        rows = [{**row, **test.change(dict(row))} for row in golden]
        before = list(score_rows(plan, package, golden)) if golden else []
    _check_inputs(test.name, plan, rows)
    after = score_rows(plan, package, rows) if rows else []
    failed = [place for place, scores in enumerate(zip(before, after, strict=True)) if not _holds(test, *scores)]
    examples = [{"row": rows[place], "before": before[place], "after": after[place]} for place in failed[:EXAMPLES]]
    passed = len(rows) - len(failed)
    return {
        "name": test.name, "kind": type(test).__name__, "rows": len(rows), "passed": passed,
        "share": passed / len(rows) if rows else 0.0, "min_share": test.min_share, "failures": examples,
    }  # fmt: skip


def _holds(test: Invariance | Direction | MustPass, before: float | None, after: float) -> bool:
    """Whether a row passes; a score that is not a number never does."""
    if isinstance(test, MustPass):
        return test.at_least <= after <= test.at_most
    moved = after - (before if before is not None else float("nan"))
    if isinstance(test, Invariance):
        return abs(moved) <= test.tolerance
    return moved >= -test.slack if test.expect == "rise" else moved <= test.slack


def _check_inputs(name: str, plan: FeaturePlan, rows: Sequence[Row]) -> None:
    for row in rows:
        missing = [wanted for wanted in plan.inputs if wanted not in row]
        if missing:
            raise BehaviouralTestBroken(
                f"behaviour {name!r}: a row lacks the input {missing[0]!r}; give it a number, or None for missing"
            )
