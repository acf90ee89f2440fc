"""Metric math over values at one time."""

from __future__ import annotations

import pytest

from localaws.parity.metric_math import UnknownMathError, evaluate

VALUES = {"m1": 8.0, "m2": 2.0, "gone": None, "zero": 0.0}


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("m1", 8),
        ("m1 + m2 * 3", 14),
        ("(m1 - m2) / 4", 1.5),
        ("-m1", -8),
        ("m2 ^ 3", 8),
        ("100*m2/m1", 25),
        ("m1 / zero", None),
        ("m1 + gone", None),
        ("m1 > m2", 1),
        ("m1 == m2", 0),
        ("m1 > 5 AND m2 > 5", 0),
        ("m1 > 5 || m2 > 5", 1),
        ("m1 > 5 && gone > 5", None),
        ("IF(m1 > 5, m2, 0)", 2),
        ("IF(m1 < 5, m2)", None),
        ("IF(gone, 1, 2)", None),
        ("IF(zero != 0, m1 / zero, 7)", 7),
        ("FILL(gone, 3) + 1", 4),
        ("FILL(m1, 3)", 8),
        ("ABS(m2 - m1)", 6),
        ("CEIL(m1 / 3) - FLOOR(m1 / 3)", 1),
        ("SUM([m1, m2, gone])", 10),
        ("AVG([m1, m2])", 5),
        ("MAX([m1, m2]) - MIN([m1, m2])", 6),
        ("MAX([gone])", None),
    ],
)
def test_an_expression_has_its_value(expression: str, value: float | None) -> None:
    assert evaluate(expression, VALUES) == value


@pytest.mark.parametrize(
    "expression", ["nobody + 1", "SEARCH('x')", "m1 +", "m1 % m2", "__import__('os')", "METRICS()"]
)
def test_what_is_unknown_is_refused_by_name(expression: str) -> None:
    with pytest.raises(UnknownMathError, match="metric math"):
        evaluate(expression, VALUES)
