"""Versions are found by metric, tag and status; what cannot be read is named with the right form."""

from dataclasses import replace

import pytest

from roost.domain.registry import Version
from roost.domain.version_search import Condition, matching, parsed_conditions
from roost.domain.version_upkeep import parsed_tags
from roost.errors import InvalidSearch
from roost.names import Status

BASE = Version("fraud", 1, Status.APPROVED, "p", "2026-01-01", "run", {"roc_auc": 0.9, "log_loss": 0.1}, {})
VERSIONS = [
    BASE,
    replace(BASE, number=2, metrics={"roc_auc": 0.8, "log_loss": 0.2}, tags={"team": "risk", "use": "eu"}),
    replace(BASE, number=3, status=Status.REJECTED, metrics={"roc_auc": 0.7}, tags={"team": "cards"}),
]


def found(*conditions: str, tags: tuple[str, ...] = (), status: Status | None = None) -> list[int]:
    return [v.number for v in matching(VERSIONS, parsed_conditions(conditions), parsed_tags(tags), status)]


@pytest.mark.parametrize(
    ("condition", "numbers"),
    [
        ("roc_auc>0.8", [1]), ("roc_auc >= 0.8", [1, 2]), ("roc_auc<0.8", [3]), ("roc_auc<=8e-1", [2, 3]),
        ("roc_auc=0.9", [1]), ("roc_auc == 0.9", [1]), ("roc_auc!=0.9", [2, 3]),
        ("roc_auc>0.7 and log_loss<0.15", [1]), ("roc_auc>0.7 AND roc_auc<0.9", [2]), ("roc_auc>-1", [1, 2, 3]),
    ],
)  # fmt: skip
def test_conditions_compare_metrics(condition: str, numbers: list[int]) -> None:
    assert found(condition) == numbers


def test_several_conditions_must_all_hold() -> None:
    assert found("roc_auc>0.75", "log_loss>0.15") == [2]


def test_a_version_without_the_metric_does_not_meet_a_condition_on_it() -> None:
    assert found("log_loss<1") == [1, 2]


def test_tags_and_status_narrow_the_search() -> None:
    assert found(tags=("team=risk",)) == [2]
    assert found(tags=("team=",)) == [2, 3]
    assert found(tags=("team=risk", "use=us")) == []
    assert found(status=Status.REJECTED) == [3]
    assert found() == [1, 2, 3]


@pytest.mark.parametrize(
    "text", ["", "roc_auc", "roc_auc>", ">0.8", "roc_auc~0.8", "0.8<roc_auc>0.7", "roc auc>0.8", "a>1 or b>1"]
)
def test_what_is_no_condition_is_named_with_the_form(text: str) -> None:
    with pytest.raises(InvalidSearch, match=r"write a metric, an operator .* and a number"):
        parsed_conditions([text])


@pytest.mark.parametrize("number", ["high", "nan", "0,8"])
def test_what_is_no_number_is_named(number: str) -> None:
    with pytest.raises(InvalidSearch, match=f"'{number}' is no number"):
        parsed_conditions([f"roc_auc>{number}"])


def test_a_metric_that_no_version_has_is_named_with_those_there_are() -> None:
    with pytest.raises(InvalidSearch, match="'auc'; there are: log_loss, roc_auc"):
        matching(VERSIONS, [Condition("auc", ">", 0.5)], {}, None)
    assert matching([], [Condition("auc", ">", 0.5)], {}, None) == []


@pytest.mark.parametrize("text", ["team", "=risk", " = "])
def test_what_is_no_tag_is_named_with_the_form(text: str) -> None:
    with pytest.raises(InvalidSearch, match="write name=value"):
        parsed_tags([text])
