"""Conditions on predictions."""

from typing import Any

import pytest

from roost.domain.prediction_conditions import parsed_conditions, value_of
from roost.monitoring_errors import InvalidCondition

RECORD: dict[str, Any] = {
    "score": 0.95, "model_version": 7, "decision": "review", "request": {"amount": 12.5, "country": "New and old"},
    "inputs": {"spend__count_1d": 3.0, "amount": 12.5}, "defaulted": [], "function_version": "9", "explain": True,
}  # fmt: skip


@pytest.mark.parametrize(
    ("text", "met"),
    [
        ("", True),
        ("score > 0.9", True),
        ("score>0.9 and model_version == 7", True),
        ("score > 0.9 AND model_version != 7", False),
        ("decision = review", True),
        ('decision = "review"', True),
        ('country = "New and old" and amount <= 12.5', True),
        ('request.country = "FR"', False),
        ("inputs.spend__count_1d >= 3", True),
        ("spend__count_1d < 3", False),
        ("explain = true", True),
        ("function_version = 9", False),
        ('function_version = "9"', True),
        ("decision > 3", False),
        ("unknown != 3", False),
        ("request.nothing.deeper = 3", False),
        ("score.deeper = 3", False),
        ("defaulted = 0", False),
    ],
)
def test_a_condition_compares_like_with_like(text: str, met: bool) -> None:
    assert all(condition.met_by(RECORD) for condition in parsed_conditions(text)) is met


@pytest.mark.parametrize(
    "text",
    ["score", "score >", "> 0.9", "score > 0.9 or 1=1", "score > 0.9; DROP TABLE x", "score ~ 1", 'a = "b', "a = b c"],
)
def test_what_is_no_condition_is_named_with_the_form(text: str) -> None:
    with pytest.raises(InvalidCondition, match="write a field, an operator"):
        parsed_conditions(text)


def test_a_field_of_the_record_comes_before_one_of_the_request() -> None:
    assert value_of({"score": 1.0, "request": {"score": 2.0}, "inputs": {}}, "score") == 1.0
