"""Which log lines a filter pattern lets through."""

from __future__ import annotations

import json

import pytest

from localaws.parity.log_patterns import UnknownPatternError, matcher

LINE = json.dumps(
    {"kind": "prediction", "score": 0.75, "label": None, "late": True, "model": {"name": "fraud", "tags": ["a", "b"]}}
)
MATCHING = [
    "",
    "prediction",
    '"prediction"',
    "prediction fraud",
    "prediction -churn",
    "?churn ?fraud",
    "%fra[u]d%",
    '{ $.kind = "prediction" }',
    "{ $.kind = prediction }",
    '{ $.kind = "pred*" }',
    '{ $.kind != "outcome" }',
    "{ $.kind = %^pre% }",
    "{ $.score >= 0.75 && $.score < 1 }",
    "{ $.score = 0.75 }",
    '{ $.model.name = "churn" || $.model.name = "fraud" }',
    '{ ($.score > 0.9 || $.late IS TRUE) && $.kind = "prediction" }',
    "{ $.label IS NULL }",
    "{ $.missing NOT EXISTS }",
    '{ $.model.tags[1] = "b" }',
    '{ $.model["name"] = "fraud" }',
]
OTHERS = [
    "churn",
    "prediction -fraud",
    "?churn ?outcome",
    '{ $.kind = "outcome" }',
    '{ $.kind = "Prediction" }',
    '{ $.missing != "x" }',
    "{ $.score > 0.75 }",
    "{ $.kind > 1 }",
    "{ $.label NOT EXISTS }",
    "{ $.late IS FALSE }",
    '{ $.model.tags[7] = "b" }',
    '{ $.late = "true" }',
]


@pytest.mark.parametrize("pattern", MATCHING)
def test_a_line_is_let_through(pattern: str) -> None:
    assert matcher(pattern)(LINE)


@pytest.mark.parametrize("pattern", OTHERS)
def test_a_line_is_kept_back(pattern: str) -> None:
    assert not matcher(pattern)(LINE)


def test_a_json_pattern_keeps_back_what_is_no_json() -> None:
    assert not matcher("{ $.missing NOT EXISTS }")("START RequestId: 1")


@pytest.mark.parametrize("pattern", ["[ip, user]", "{ $.a }", '{ kind = "x" }', '{ ($.a = "x" }', '{ $.a = "x" ) }'])
def test_a_pattern_that_is_not_understood_is_refused(pattern: str) -> None:
    with pytest.raises(UnknownPatternError):
        matcher(pattern)
