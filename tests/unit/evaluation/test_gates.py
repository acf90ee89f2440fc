"""Gates: which number is held against which bound, and what is said of it."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError

from roost.domain.gates import GateReading, readings, shortfalls
from roost.domain.judged import Judged, JudgedGroup, Number
from roost.spec import Gate

SPREAD = np.linspace(-0.1, 0.1, 2001)  # its 5 % quantile is -0.09


def number(metric: str, value: float, moved: float = 0.0) -> Number:
    return Number(metric, value, value + moved + SPREAD)


def judged(**changes: Any) -> Judged:
    numbers = {"roc_auc": number("roc_auc", 0.8), "log_loss": number("log_loss", 0.3), "plain": Number("plain", 0.5)}
    return replace(Judged(numbers), **changes)


def read(gate: Gate, found: Judged) -> GateReading:
    return readings([gate], found)[0]


@pytest.mark.parametrize(
    ("fields", "held", "passed"),
    [
        ({"at_least": 0.8}, 0.8, True),
        ({"at_least": 0.75, "on": "lower"}, 0.71, False),
        ({"at_least": 0.70, "on": "lower"}, 0.71, True),
        ({"at_least": 0.85, "on": "upper"}, 0.89, True),
        ({"at_most": 0.85, "on": "upper"}, 0.89, False),
        ({"at_least": 0.75, "on": "lower", "level": 0.75}, 0.75, True),
    ],
)
def test_a_bound_is_held_against_the_value_or_an_end_of_its_interval(
    fields: dict[str, Any], held: float, passed: bool
) -> None:
    found = read(Gate(metric="roc_auc", **fields), judged())
    assert found.value == pytest.approx(held, abs=1e-3)
    assert found.estimate == 0.8
    assert found.passed is passed


def test_a_challenger_must_not_be_surely_able_to_be_worse_than_the_margin() -> None:
    champion = {"roc_auc": Number("roc_auc", 0.8, np.full(2001, 0.8))}
    found = [read(Gate(metric="roc_auc", versus="champion", margin=m), judged(champion=champion)) for m in (0.05, 0.1)]
    assert [reading.passed for reading in found] == [False, True]
    assert found[0].value == pytest.approx(-0.09, abs=1e-3)
    assert found[0].estimate == 0.0
    assert "worse in 50.0% of resamples" in found[0].note
    assert found[0].error_rate.startswith("at most 0.05: passing although worse than the champion by 0.05")


def test_a_lower_loss_is_a_better_challenger() -> None:
    champion = {"log_loss": Number("log_loss", 0.5, np.full(2001, 0.5))}
    assert read(Gate(metric="log_loss", versus="champion"), judged(champion=champion)).passed


def test_without_a_champion_a_gate_says_that_it_does_not_apply() -> None:
    found = read(Gate(metric="roc_auc", versus="champion"), judged())
    assert (found.passed, found.value, found.note) == (True, None, "not applicable: there is no champion yet")


def test_a_comparison_without_resamples_passes_nobody() -> None:
    champion = {"plain": Number("plain", 0.1)}
    found = read(Gate(metric="plain", versus="champion"), judged(champion=champion))
    assert not found.passed
    assert shortfalls([found]) == "plain versus champion 0 cannot be read: there are no resamples of it"


def test_no_better_than_the_baseline_is_not_enough() -> None:
    same = {"roc_auc": Number("roc_auc", 0.8, judged().numbers["roc_auc"].drawn)}
    assert not read(Gate(metric="roc_auc", versus="baseline"), judged(baseline=same)).passed
    assert read(Gate(metric="roc_auc", versus="champion"), judged(champion=same)).passed


def test_every_group_of_a_slice_must_keep_the_floor_and_the_worst_is_named() -> None:
    groups = [
        JudgedGroup("region", name, 500, 50, {"roc_auc": number("roc_auc", value)})
        for name, value in (("north", 0.9), ("south", 0.6), ("east", 0.8))
    ]
    found = read(Gate(metric="roc_auc", at_least=0.7, slice="region"), judged(groups=groups))
    assert (found.passed, found.value, found.note) == (False, 0.6, "worst of 3 groups: south")
    assert found.gate == "roc_auc of each region at_least"
    assert read(Gate(metric="roc_auc", at_least=0.7, slice="region"), judged()).note.startswith("not applicable")


def test_what_a_stopwatch_measured_has_no_error_rate() -> None:
    found = read(Gate(metric="latency_p99_ms", at_most=5.0), judged(measured={"latency_p99_ms": 7.0}))
    assert (found.passed, found.value, found.error_rate) == (False, 7.0, "none: one measurement")
    assert not read(Gate(metric="latency_p99_ms", at_most=5.0), judged()).passed


def test_a_behavioural_test_is_a_gate_of_its_own() -> None:
    test = {"name": "dearer", "share": 0.5, "min_share": 0.9, "passed": 10, "rows": 20}
    found = readings([], judged(behaviours=[test]))[0]
    assert (found.gate, found.passed) == ("behaviour dearer", False)
    assert shortfalls([found]) == "behaviour dearer 0.9 is missed with 0.5000 (10 of 20 rows)"


def test_a_number_that_is_none_passes_no_gate() -> None:
    found = judged(numbers={"roc_auc": Number("roc_auc", float("nan"), np.full(5, np.nan))})
    for fields in ({"at_least": 0.0}, {"at_most": 1.0}, {"at_least": 0.0, "on": "lower"}):
        assert not read(Gate(metric="roc_auc", **fields), found).passed


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({}, "exactly one of at_least and at_most"),
        ({"at_least": 1.0, "at_most": 2.0}, "exactly one of at_least and at_most"),
        ({"versus": "champion", "at_least": 0.5}, "its bound is margin"),
        ({"versus": "baseline", "slice": "region"}, "its bound is margin"),
    ],
)
def test_a_gate_that_contradicts_itself_is_refused(fields: dict[str, Any], told: str) -> None:
    with pytest.raises(ValidationError, match=told):
        Gate(metric="roc_auc", **fields)
