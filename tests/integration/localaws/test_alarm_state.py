"""AWS's tables of how an alarm treats missing data; the oldest period is written first, as there."""

from __future__ import annotations

import pytest

from localaws.parity.alarm_state import next_state

MARKS = {"0": False, "X": True, "-": None}
TREATMENTS = ("missing", "ignore", "breaching", "notBreaching")
KEPT, NO_DATA = None, "INSUFFICIENT_DATA"

THREE_OF_THREE = [
    ("0 - X - X", ("OK", "OK", "OK", "OK")),
    ("- - - - 0", ("OK", "OK", "OK", "OK")),
    ("- - - - -", (NO_DATA, KEPT, "ALARM", "OK")),
    ("0 X X - X", ("ALARM", "ALARM", "ALARM", "ALARM")),
    ("- - X - -", ("ALARM", KEPT, "ALARM", "OK")),
]
TWO_OF_THREE = [
    ("0 - X - X", ("ALARM", "ALARM", "ALARM", "ALARM")),
    ("0 0 X 0 X", ("ALARM", "ALARM", "ALARM", "ALARM")),
    ("0 - X - -", ("OK", "OK", "ALARM", "OK")),
    ("- - - - 0", ("OK", "OK", "ALARM", "OK")),
    ("- - - X -", ("ALARM", KEPT, "ALARM", "OK")),
]
CASES = [
    (points, to_alarm, treatment, state)
    for to_alarm, table in ((3, THREE_OF_THREE), (2, TWO_OF_THREE))
    for points, states in table
    for treatment, state in zip(TREATMENTS, states, strict=True)
]


@pytest.mark.parametrize(("points", "to_alarm", "treatment", "state"), CASES)
def test_awss_table(points: str, to_alarm: int, treatment: str, state: str | None) -> None:
    newest_first = [MARKS[mark] for mark in reversed(points.split())]
    assert next_state(newest_first, 3, to_alarm, treatment) == state


def test_a_breach_that_is_too_young_changes_nothing() -> None:
    assert next_state([True, None, None, None, None], 3, 3, "missing") is None


def test_one_period_within_bounds_is_ok() -> None:
    assert next_state([False, True, True], 1, 1, "missing") == "OK"
